package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"percorso/api/access"
	"percorso/internal/care"
)

type mailBounceInput struct {
	KeyInput
	Body mailBounceJSON
}

type mailBounceJSON struct {
	Run  string `json:"run" pattern:"^(case|service|equipe|placement|referral|follow-up|transfer|mediation|reminder)/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" doc:"What the mail was about, as its header X-Percorso-Run says"`
	Mail string `json:"mail" format:"uuid" doc:"Id of the mail"`
}

type mailBounceOutput struct{ Status int }

func (a *API) registerMailBounces() {
	register(a, huma.Operation{
		Method: http.MethodPost, Path: access.MailBounces, OperationID: "report-mail-bounce", Tags: []string{tagMachine},
		Summary: "Report a mail that came back", DefaultStatus: http.StatusAccepted,
		Description: "By the mail system (staff role " + string(care.MailSystem) + "). A mail that is reported again changes nothing.",
		Errors:      []int{http.StatusBadRequest, http.StatusNotFound, http.StatusRequestEntityTooLarge},
	}, func(ctx context.Context, who care.Staff, in *mailBounceInput) (*mailBounceOutput, error) {
		if who.Role != care.MailSystem {
			return nil, &care.Refusal{Code: care.RefusedForbidden}
		}
		if err := a.door.Bounced(ctx, who, in.Key, in.Body.Run, in.Body.Mail); err != nil {
			return nil, err
		}
		return &mailBounceOutput{Status: http.StatusAccepted}, nil
	})
}
