package rest

import (
	"context"

	"percorso/internal/care"
)

func (a *API) registerMe() {
	register(a, query("/me", "get-me", tagMachine, "Who is asking",
		"The member of staff that the token or the session stands for, with role, zone and agency."),
		func(_ context.Context, who care.Staff, _ *struct{}) (*output[care.Staff], error) {
			return &output[care.Staff]{Body: who}, nil
		})
}
