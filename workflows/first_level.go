package workflows

import (
	"percorso/internal/care"
	"percorso/workflows/contract"
)

// firstLevel is the work of the desk (PUA level 1): it listens, orients, and
// books what the person needs. Nothing booked means that what the desk said was enough.
func (r *run) firstLevel(turn int) ([]care.Booking, error) {
	r.enter(care.StageFirstLevel)
	if _, err := r.perform(step("first_listening", turn), contract.TaskChange{Kind: care.FirstListening}); err != nil {
		return nil, err
	}
	orientation, err := r.perform(step("orientation", turn), contract.TaskChange{Kind: care.Orientation})
	if err != nil {
		return nil, err
	}
	return orientation.Bookings, nil
}
