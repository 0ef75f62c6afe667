package api

import (
	"github.com/gin-gonic/gin"

	"percorso/api/pages/absences"
	"percorso/api/pages/agenda"
	"percorso/api/pages/arranged"
	"percorso/api/pages/calledoff"
	"percorso/api/pages/calls"
	"percorso/api/pages/cases"
	"percorso/api/pages/counter"
	"percorso/api/pages/desk"
	"percorso/api/pages/drafts"
	"percorso/api/pages/feeds"
	"percorso/api/pages/file"
	"percorso/api/pages/help"
	"percorso/api/pages/home"
	"percorso/api/pages/homevisit"
	"percorso/api/pages/logins"
	"percorso/api/pages/mediation"
	"percorso/api/pages/notices"
	"percorso/api/pages/partner"
	"percorso/api/pages/person"
	"percorso/api/pages/plan"
	"percorso/api/pages/prints"
	"percorso/api/pages/promises"
	"percorso/api/pages/readers"
	"percorso/api/pages/referrals"
	"percorso/api/pages/room"
	"percorso/api/pages/slips"
	"percorso/api/pages/supervision"
	"percorso/api/pages/tasks"
	"percorso/api/pages/together"
	"percorso/api/pages/waitlist"
	"percorso/api/web"
)

// places are what people work on, beside the REST API.
func (s *Server) places(r *gin.Engine) {
	assets := gin.WrapH(web.Assets())
	r.GET("/assets/*file", assets)

	shared := room.Room{Pages: s.pages, Door: s.door, Book: s.book, Problems: s.problems, Now: s.now}
	p := s.guard.Routes(r)
	s.live.Mount(p)
	(&home.Place{Room: shared, Guard: s.guard, Records: s.records, Promises: s.promises, Mediators: s.requests, Numbers: s.numbers, Consults: s.consults, Waiting: s.waiting, Visits: s.visits, Together: s.together, Home: homeOf}).Mount(r, p)
	(&help.Place{Room: shared, Records: s.records}).Mount(r, p)
	(&logins.Place{Room: shared, Guard: s.guard}).Mount(p)
	(&drafts.Place{Room: shared, Drafts: s.drafts}).Mount(p)
	(&absences.Place{Room: shared, Records: s.records}).Mount(p)
	(&notices.Place{Room: shared, Records: s.records}).Mount(p)
	(&tasks.Place{Room: shared, Records: s.records, Drafts: s.drafts}).Mount(p)
	(&cases.Place{Room: shared, Records: s.records, Promises: s.promises}).Mount(p)
	(&arranged.Place{Room: shared, Records: s.records, Waiting: s.waiting, Visits: s.visits, Together: s.together}).Mount(p)
	(&person.Place{Room: shared, Records: s.records}).Mount(p)
	(&desk.Place{Room: shared, Records: s.records, Numbers: s.numbers}).Mount(p)
	(&file.Place{Room: shared, Records: s.records}).Mount(p)
	(&referrals.Place{Room: shared, Records: s.records}).Mount(p)
	(&readers.Place{Room: shared, Records: s.records}).Mount(p)
	(&supervision.Place{Room: shared, Records: s.records}).Mount(p)
	(&agenda.Place{Room: shared, Records: s.records, Visits: s.visits, Together: s.together}).Mount(p)
	(&counter.Place{Room: shared, Numbers: s.numbers, Consults: s.consults}).Mount(p)
	(&calledoff.Place{Room: shared, Records: s.records}).Mount(p)
	(&calls.Place{Room: shared, Records: s.records, Waiting: s.waiting}).Mount(p)
	(&waitlist.Place{Room: shared, Records: s.records, Waiting: s.waiting}).Mount(p)
	(&slips.Place{Room: shared, Records: s.records, Visits: s.visits}).Mount(p)
	(&prints.Place{Room: shared, Records: s.records, Visits: s.visits, Together: s.together}).Mount(p)
	(&plan.Place{Room: shared, Records: s.records}).Mount(p)
	(&feeds.Place{Room: shared, Guard: s.guard, Links: s.links, Feeds: s.feeds, PublicURL: s.public}).Mount(r, p)
	(&promises.Place{Room: shared, Kept: s.promises, Records: s.records}).Mount(p)
	(&mediation.Place{Room: shared, Guard: s.guard, Links: s.links, Records: s.records, Requests: s.requests}).Mount(r, p)
	(&homevisit.Place{Room: shared, Records: s.records, Visits: s.visits}).Mount(p)
	(&together.Place{Room: shared, Records: s.records, Together: s.together}).Mount(p)
	(&partner.Place{Room: shared, Guard: s.guard, Links: s.links, Records: s.records}).Mount(r)
}
