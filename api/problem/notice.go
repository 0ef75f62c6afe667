package problem

import (
	"net/http"

	"percorso/internal/message"
)

// Notice is a page that says one thing to somebody who may not be logged in.
type Notice struct {
	Status         int
	Title, Detail  string
	Link, LinkText string // what to do next
}

// NoticeOf is the page that tells the problem of a code; false: it has none of its
// own.
func NoticeOf(code string) (Notice, bool) {
	notice, ok := map[string]func() Notice{
		Unauthenticated: NoticeSignedOut, NotStaff: NoticeNotStaff, ProviderAway: NoticeProviderAway, LoginFailed: NoticeLoginFailed, Unavailable: NoticeAway,
	}[code]
	if !ok {
		return Notice{}, false
	}
	return notice(), true
}

// tryAgain says in how many seconds to try again.
func tryAgain(seconds int) string {
	const minute = 60
	if seconds <= 2*minute {
		return message.Count("try_again.seconds", seconds)
	}
	return message.Count("try_again.minutes", (seconds+minute-1)/minute)
}

// Notices that are the same wherever they are told.

func NoticeSignedOut() Notice {
	return Notice{http.StatusUnauthorized, message.Say("notice_signed_out.title"), message.Say("notice_signed_out.detail"), "/login", message.Say("notice_signed_out.next")}
}

func NoticeFormKept() Notice {
	return Notice{http.StatusUnauthorized, message.Say("notice_form_kept.title"), message.Say("notice_form_kept.detail"), "/login", message.Say("notice_form_kept.next")}
}

func NoticeFormGone() Notice {
	return Notice{http.StatusNotFound, message.Say("notice_form_gone.title"), message.Say("notice_form_gone.detail"), "/", message.Say("notice_form_gone.next")}
}

func NoticeLeft() Notice {
	return Notice{http.StatusOK, message.Say("notice_logged_out.title"), message.Say("notice_logged_out.detail"), "/login", message.Say("notice_logged_out.next")}
}

func NoticeNotStaff() Notice {
	return Notice{http.StatusForbidden, message.Say("notice_not_staff.title"), message.Say("notice_not_staff.detail"), "/login", message.Say("notice_not_staff.next")}
}

func NoticeProviderAway() Notice {
	return Notice{http.StatusServiceUnavailable, message.Say("notice_provider_away.title"), message.Say("notice_provider_away.detail"), "/login", message.Say("notice_provider_away.next")}
}

func NoticeLoginFailed() Notice {
	return Notice{http.StatusBadRequest, message.Say("notice_login_failed.title"), message.Say("notice_login_failed.detail"), "/login", message.Say("notice_login_failed.next")}
}

func NoticeAway() Notice {
	return Notice{http.StatusServiceUnavailable, message.Say("notice_away.title"), message.Say("notice_away.detail"), "/", message.Say("notice_away.next")}
}
