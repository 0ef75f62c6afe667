package workflows

import (
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/run"
)

// firstLevel is the work of the desk (PUA level 1): it listens, where the zone
// says so has the social worker called at once, orients, and books what the
// person needs. Its answer begins the branches of the path; one that begins none
// means that what the desk said was enough.
func firstLevel(r *run.Run, turn int) (care.Answer, error) {
	r.Enter(care.StageFirstLevel)
	heard, err := r.Perform(run.Turn("first_listening", turn), ledger.TaskChange{Kind: care.FirstListening})
	if err != nil {
		return heard, err
	}
	if role := r.Policy.Desk.ConsultAtOnce; role != "" && r.Policy.Difficult(heard.Needs, care.DifficultySocial) {
		if _, err := r.Perform(run.Turn("social_consult", turn), ledger.TaskChange{Kind: care.SocialConsult, Role: role}); err != nil {
			return heard, err
		}
	}
	orientation, _, err := r.PerformUnless(run.Turn("orientation", turn), ledger.TaskChange{Kind: care.Orientation}, beginsBranch)
	return orientation, err
}
