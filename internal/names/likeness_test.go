package names_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/names"
)

// pair is a line of testdata/pairs.txt.
type pair struct {
	same   bool
	a, b   names.Person
	source string
	line   string
}

func pairs(t *testing.T, file string) (list []pair) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	require.NoError(t, err)
	person := func(name, born string) names.Person {
		given, family, _ := strings.Cut(name, " / ")
		day, err := time.Parse(time.DateOnly, born)
		require.NoError(t, err, name)
		return names.Person{Given: given, Family: family, Born: day}
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "|")
		require.Len(t, f, 6, line)
		for i := range f {
			f[i] = strings.TrimSpace(f[i])
		}
		require.Contains(t, []string{"same", "other"}, f[0], line)
		if f[4] == "" {
			f[4] = f[2]
		}
		list = append(list, pair{same: f[0] == "same", a: person(f[1], f[2]), b: person(f[3], f[4]), source: f[5], line: line})
	}
	return list
}

// found says whether one is among those that are looked up for the other.
func found(a, b names.Person) bool {
	x, y := names.Of(a.Given, a.Family, a.Born), names.Of(b.Given, b.Family, b.Born)
	common := func(a, b []string) bool {
		return slices.ContainsFunc(a, func(key string) bool { return slices.Contains(b, key) })
	}
	return common(x.Wholes, y.Wholes) || x.Born != "" && x.Born == y.Born || common(x.Sounds, y.Sounds) || common(x.Days, y.Days) ||
		common(names.Exchanged(a.Given, a.Family, a.Born), y.Days)
}

// TestWhoIsOneIsOfferedAndWhoIsNotIsNot: at least 95 of a hundred, and at most 2.
func TestWhoIsOneIsOfferedAndWhoIsNotIsNot(t *testing.T) {
	for file, least := range map[string][2]int{"pairs.txt": {150, 140}, "pairs_families.txt": {170, 130}, "pairs_afterwards.txt": {48, 12}, "pairs_scripts.txt": {14, 4}} {
		t.Run(file, func(t *testing.T) { offers(t, file, least) })
	}
}

// offers tries the pairs of a file, of which there are at least so many of one person, and of two.
func offers(t *testing.T, file string, least [2]int) {
	of, offered := map[bool]int{}, map[bool]int{}
	for _, p := range pairs(t, file) {
		of[p.same]++
		is := found(p.a, p.b) && names.Like(p.a, p.b).Offered()
		if is {
			offered[p.same]++
		}
		if is != p.same {
			t.Logf("offered: %v, looked up: %v, likeness: %v: %s", is, found(p.a, p.b), names.Like(p.a, p.b), p.line)
		}
		require.Equal(t, names.Like(p.a, p.b), names.Like(p.b, p.a), p.line)
		require.Equal(t, found(p.a, p.b), found(p.b, p.a), p.line)
	}
	t.Logf("offered: %d of %d pairs of one person, %d of %d of two", offered[true], of[true], offered[false], of[false])
	require.GreaterOrEqual(t, of[true], least[0])
	require.GreaterOrEqual(t, of[false], least[1])
	require.GreaterOrEqual(t, offered[true]*100, of[true]*95)
	require.LessOrEqual(t, offered[false]*100, of[false]*2)
}

func TestInWhatTwoPeopleAreAlike(t *testing.T) {
	day := func(text string) time.Time {
		d, err := time.Parse(time.DateOnly, text)
		require.NoError(t, err)
		return d
	}
	for i, c := range []struct {
		a, b string
		born [2]string
		like names.Likeness
	}{
		{"Prova/Uno", "Uno/Prova", [2]string{"1990-05-12", "1990-05-12"}, names.Likeness{Names: names.SameNames, Born: names.SameBirth}},
		{"Prova/Uno", "Prova/Uno", [2]string{"1990-05-12", "1990-12-05"}, names.Likeness{Names: names.SameNames, Born: names.SwappedBirth}},
		{"Prova/Uno", "Prova/Uno", [2]string{"1990-05-12", "1970-05-13"}, names.Likeness{Names: names.SameNames, Born: names.OtherBirth}},
		{"Esempia/Provetta", "Esempya/Proveta", [2]string{"1990-05-12", "1991-05-12"}, names.Likeness{Names: names.LikeNames, Born: names.LikeBirth}},
		{"Esempia/Provetta", "Esempya/Proveta", [2]string{"1990-05-12", "1990-01-01"}, names.Likeness{Names: names.LikeNames, Born: names.LikeBirth}},
		{"Esempia/Provetta", "Esempya/Proveta", [2]string{"1990-05-12", "1984-01-01"}, names.Likeness{}},
		{"Uno/Provetta", "Duecento/Provetta", [2]string{"1990-05-12", "1990-05-12"}, names.Likeness{Names: names.SameFamily, Born: names.SameBirth}},
		{"Uno/Provetta", "Duecento/Provetta", [2]string{"1990-05-12", "1990-05-13"}, names.Likeness{}},
	} {
		of := func(name, born string) names.Person {
			given, family, _ := strings.Cut(name, "/")
			return names.Person{Given: given, Family: family, Born: day(born)}
		}
		require.Equal(t, c.like, names.Like(of(c.a, c.born[0]), of(c.b, c.born[1])), fmt.Sprint(i))
	}
	in := func(name, born string, yearOnly bool) names.Person {
		return names.Person{Given: "Persona", Family: name, Born: day(born), YearOnly: yearOnly}
	}
	for born, like := range map[string]names.Likeness{
		"1990-01-01": {Names: names.SameNames, Born: names.LikeBirth}, "1990-05-12": {Names: names.SameNames, Born: names.LikeBirth}, "1991-01-01": {Names: names.SameNames, Born: names.OtherBirth},
	} {
		require.Equal(t, like, names.Like(in("Provetta", "1990-01-01", true), in("Provetta", born, false)), born)
	}
	require.Empty(t, names.Like(in("Provetta", "1990-01-01", true), names.Person{Given: "Duecento", Family: "Provetta", Born: day("1990-01-01"), YearOnly: true}), "a year is no day of birth")
	nobodyKnows := func(given, family string) names.Person { return names.Person{Given: given, Family: family} }
	for _, other := range []names.Person{nobodyKnows("Esempya", "Proveta"), {Given: "Esempya", Family: "Proveta", Born: day("1990-05-12")}} {
		require.Equal(t, names.Likeness{Names: names.LikeNames, Born: names.UnknownBirth}, names.Like(nobodyKnows("Esempia", "Provetta"), other))
	}
	require.Empty(t, names.Like(nobodyKnows("Uno", "Provetta"), nobodyKnows("Duecento", "Provetta")), "not known is no day of birth")
	require.Less(t, names.Likeness{Names: names.LikeNames, Born: names.SameBirth}.Rank(), names.Likeness{Names: names.SameNames, Born: names.OtherBirth}.Rank())
}
