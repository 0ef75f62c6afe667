package web

// EquipePage is an équipe: who sits in it and what they say, side by side.
type EquipePage struct {
	Frame
	State   Badge
	Lead    string
	Why     string // what sent the case back to it
	Seats   []Seat
	Quorum  string
	Task    *Link // what the caller has to do in it
	Record  *Link // the form of a meeting's minutes; nil: not for the caller
	Plan    *Link
	Minutes []Moment
}

// Template names the page's file.
func (EquipePage) Template() string { return "equipe" }

// Seat is a role of an équipe with what it said; a badge without text: nothing yet.
type Seat struct {
	Role, Agency, Member string
	State                Badge
	Opinion, Signature   Badge
	OpinionNote          string
	SignatureNote        string
	When                 string
}
