package expected

import (
	"hash/fnv"
	"strconv"
)

// Number is by what somebody is called who has an appointment, so that nobody calls a name
// in a room full of people: it stands on the sheet that the person took away, on the list of
// who receives, and at the door.
//
// It follows from the appointment's id alone, which is a random one, and so it says nothing of
// the person and is another one at the next appointment. Two people of one day may have the
// same, seldom of one hour: hour and number stand beside each other, and are called together.
func Number(appointment string) string {
	const least, most = 100, 999 // three digits, so that each is read and heard alike
	h := fnv.New32a()
	_, _ = h.Write([]byte(appointment)) // which never fails
	return strconv.Itoa(least + int(h.Sum32()%(most-least+1)))
}
