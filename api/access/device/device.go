// Package device tells kinds of browsers apart.
package device

import "strings"

// Of is the kind of a browser, as a code: enough for somebody to know their own
// logins by, and too little to tell one person's browser from another's.
func Of(agent string) string {
	return first(agent, "Edg/ edge", "OPR/ opera", "Firefox/ firefox", "Chrome/ chrome", "Safari/ safari") + "/" +
		first(agent, "Android android", "iPhone ios", "iPad ios", "Windows windows", "Mac OS mac", "Linux linux")
}

// first is the code of the first mark that a text has; empty: it has none. Each of
// codes is a mark and its code, with a blank between.
func first(text string, codes ...string) string {
	for _, pair := range codes {
		at := strings.LastIndexByte(pair, ' ')
		if strings.Contains(text, pair[:at]) {
			return pair[at+1:]
		}
	}
	return ""
}
