package catalogue

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// MergeForm merges a second case file of the same person into the one that stays. Of
// what the two say differently of the person it chooses; what there may be several of is united.
type MergeForm struct {
	Into        string `json:"into" from:"same_person" doc:"Id of the case file that stays"`
	Name        string `json:"name,omitempty" from:"either_name" doc:"Whose names hold: newer (as where it is left out), merged: of the file that ends, or kept: of the one that stays"`
	BirthDate   string `json:"birth_date,omitempty" from:"either_birth_date" doc:"As name; of the newer ones a day that is not 1 January goes first"`
	Citizenship string `json:"citizenship,omitempty" from:"either_citizenship" doc:"As name"`
	Permit      string `json:"permit,omitempty" from:"either_permit" doc:"As name, with expiry and receipt"`
	Phone       string `json:"phone,omitempty" from:"either_phone" doc:"As name"`
	FiscalCode  string `json:"fiscal_code,omitempty" from:"either_fiscal_code" doc:"As name"`
	Note        string `json:"note" maxLength:"4000" doc:"How it was found that they are the same person"`
	// Seen are the files as they stood when the form was made.
	Seen []string `json:"seen,omitempty" ask:"seen" maxItems:"200" doc:"What each file said of its person when the caller looked: its id, a colon, and the version of the person's data. Where somebody has corrected them meanwhile it is refused. Left out: it is not asked"`
}

// SeenOf is how a file is named among those that who merges has seen.
func SeenOf(file string, version int) string { return file + ":" + strconv.Itoa(version) }

// Overtaken says whether who merges has seen a file as it stands no more.
func (f MergeForm) Overtaken(file string, version int) bool {
	return !slices.Contains(f.Seen, SeenOf(file, version)) && slices.ContainsFunc(f.Seen, func(seen string) bool { return strings.HasPrefix(seen, file+":") })
}

// Whose data of the person hold after a merge.
const (
	NewerData  = "newer"  // whichever was recorded later
	MergedData = "merged" // of the file that ends
	KeptData   = "kept"   // of the one that stays
)

// WhoseData lists them.
var WhoseData = []string{NewerData, MergedData, KeptData}

// seenShape is how such a name looks.
var seenShape = regexp.MustCompile(`^[0-9a-f-]{36}:[0-9]{1,9}$`)

// Chosen is whose data hold, by field.
func (f MergeForm) Chosen() map[string]string {
	return map[string]string{"name": f.Name, "birth_date": f.BirthDate, "citizenship": f.Citizenship, "permit": f.Permit, "phone": f.Phone, "fiscal_code": f.FiscalCode}
}

// Merge merges a case file into another of the same person. It is asked of the
// one that ends; whether the two may be merged is asked under lock.
var Merge = Operation[MergeForm]{
	Facts: Facts{
		Code: care.OpMerge, On: OnCase, Asks: []care.Role{care.SocialWorker, care.Supervisor},
		Path: "merge", Slug: "unisci", Ends: true, Offered: func(file ledger.Case) bool { return stillOpen(file) && file.Transfer == "" && file.Protection == nil },
	},
	Check: func(form MergeForm, _ Around) []care.Fault {
		var f care.Faults
		f.Add(form.Into != "", "into", care.RuleRequired)
		f.Add(form.Into == "" || care.IsID(form.Into), "into", care.RuleUnknownCode) // the process gets it, and nothing that somebody typed
		for field, whose := range form.Chosen() {
			f.Add(whose == "" || slices.Contains(WhoseData, whose), field, care.RuleUnknownCode)
		}
		f.Add(care.Said(form.Note), "note", care.RuleRequired)
		f.Note("note", form.Note)
		f.Add(!slices.ContainsFunc(form.Seen, func(seen string) bool { return !seenShape.MatchString(seen) }), "seen", care.RuleUnknownCode)
		return f
	},
	Answer: func(form MergeForm) care.Answer { return care.Answer{Case: ledger.CaseRun(form.Into)} },
	Example: func(w World) MergeForm {
		form := MergeForm{Note: exampleText, Phone: pick(w, WhoseData), Permit: pick(w, WhoseData), Name: pick(w, WhoseData)}
		if w.SamePerson != nil {
			form.Into = w.SamePerson()
		}
		return form
	},
}
