package terms

import "percorso/internal/care"

// DayOfLife is a day of a person's life that asks for somebody, with the task that it becomes.
type DayOfLife struct {
	Code string
	Task care.TaskKind
}

// DaysOfLife lists them, besides the end of a permit.
var DaysOfLife = []DayOfLife{
	{care.TurnsSixteen, care.Reconsider}, {care.NearlyAdult, care.ComingOfAge}, {care.PlanActionDate, care.PlanActionDue}, {care.PermitGranted, care.Reconsider},
}
