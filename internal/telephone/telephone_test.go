package telephone_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/telephone"
)

func TestWhatANumberIs(t *testing.T) {
	for typed, is := range map[string]bool{
		"000 0000001": true, "+39 055 000001": true, " 0039055000001 ": true, "000000": true, "+123456789012345": true,
		"abc": false, "": false, "00000": false, "1234567890123456": false, "055 000001 interno 3": false, "000 00+01": false, "+": false, "٠٠٠٠٠٠٠": false,
		"000 0000001, 000 0000002": false,
	} {
		require.Equal(t, is, telephone.Is(typed), typed)
	}
}

// Every spelling of one number has one key, and of two numbers two.
func TestTheTelephoneHoweverTyped(t *testing.T) {
	for _, typed := range []string{"3470000001", "347 000 0001", "347/0000001", "+39 3470000001", "+39347 00 00 001", "0039 347 000 0001", "347-000.0001", " (+39) 347 0000001"} {
		require.Equal(t, []string{"+3470000001"}, telephone.Keys(typed), typed)
	}
	require.Equal(t, []string{"+3470000001", "+0574000001"}, telephone.Keys("347 0000001; 0574 000001"))
	require.Empty(t, telephone.Keys("nessuno"))
	require.False(t, strings.HasPrefix(telephone.Keys("393 0000001")[0], "+30"), "393 begins numbers of telephones too")
}

func TestTheSameNumber(t *testing.T) {
	require.True(t, telephone.Same("+39 055 000001", "055000001"))
	require.False(t, telephone.Same("055000001", "055000002"))
	require.False(t, telephone.Same("", ""))
}

// A text message goes to mobile numbers, however they are typed.
func TestWhatNumberGetsTextMessages(t *testing.T) {
	for typed, want := range map[string]string{
		"347 0000001": "+393470000001", "+39 347 0000001": "+393470000001", "0039 3470000001": "+393470000001", "392 0000001": "+393920000001",
		"+355 69 0000001": "+355690000001", "00355 690000001": "+355690000001", "+33 6 00000001": "+33600000001",
		"055 000001": "", "+39 055 000001": "", "0574 000001": "", "abc": "", "": "", "000 0000001": "",
	} {
		number, ok := telephone.Mobile(typed)
		require.Equal(t, want != "", ok, typed)
		if ok {
			require.Equal(t, want, number, typed)
		}
	}
}
