package workflows

import (
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// firstLevel is the work of the desk (PUA level 1): it listens, where the zone
// says so has the social worker called at once, orients, and books what the
// person needs. Its answer begins the branches of the path; one that begins none
// means that what the desk said was enough.
func (r *run) firstLevel(turn int) (care.Answer, error) {
	r.enter(care.StageFirstLevel)
	heard, err := r.perform(step("first_listening", turn), ledger.TaskChange{Kind: care.FirstListening})
	if err != nil {
		return heard, err
	}
	if role := r.policy.Desk.ConsultAtOnce; role != "" && r.policy.Difficult(heard.Needs, care.DifficultySocial) {
		if _, err := r.perform(step("social_consult", turn), ledger.TaskChange{Kind: care.SocialConsult, Role: role}); err != nil {
			return heard, err
		}
	}
	orientation, _, err := r.performUnless(step("orientation", turn), ledger.TaskChange{Kind: care.Orientation}, beginsBranch)
	return orientation, err
}
