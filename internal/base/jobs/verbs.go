package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"lianxin/internal/base/fault"
)

// States a job can be in.
const (
	Waiting   = "available"
	Running   = "running"
	Scheduled = "scheduled"
	Retrying  = "retryable"
	Completed = "completed"
	Cancelled = "cancelled"
	Discarded = "discarded" // tried as often as allowed; waits for the operator
)

// Info is a job as the operator sees it.
type Info struct {
	ID        int64           `json:"id"`
	Kind      string          `json:"kind"`
	State     string          `json:"state"`
	Attempt   int             `json:"attempt"`
	Args      json.RawMessage `json:"args"`
	CreatedAt time.Time       `json:"created_at"`
	DueAt     time.Time       `json:"due_at"`
	EndedAt   *time.Time      `json:"ended_at,omitempty"`
	Errors    []Failure       `json:"errors,omitempty"`
}

// Failure is one try that did not succeed.
type Failure struct {
	At      time.Time `json:"at"`
	Attempt int       `json:"attempt"`
	Error   string    `json:"error"`
}

// States are the words by which List may be narrowed.
func States() []string {
	var out []string
	for _, s := range rivertype.JobStates() {
		out = append(out, string(s))
	}
	return out
}

// List gives the newest jobs, of the given states only when there are any.
func (q *Queue) List(ctx context.Context, limit int, states ...string) ([]Info, error) {
	p := river.NewJobListParams().First(limit).OrderBy(river.JobListOrderByID, river.SortOrderDesc)
	if len(states) > 0 {
		ss := make([]rivertype.JobState, len(states))
		for i, s := range states {
			ss[i] = rivertype.JobState(s)
		}
		p = p.States(ss...)
	}
	res, err := q.client.JobList(ctx, p)
	if err != nil {
		return nil, err
	}
	out := make([]Info, 0, len(res.Jobs))
	for _, j := range res.Jobs {
		out = append(out, info(j))
	}
	return out, nil
}

// Show gives one job.
func (q *Queue) Show(ctx context.Context, id int64) (Info, error) {
	j, err := q.client.JobGet(ctx, id)
	if err != nil {
		return Info{}, kind(err)
	}
	return info(j), nil
}

// Retry makes a job due now, also one that was given up.
func (q *Queue) Retry(ctx context.Context, id int64) (Info, error) {
	j, err := q.client.JobRetry(ctx, id)
	if err != nil {
		return Info{}, kind(err)
	}
	return info(j), nil
}

// Drop cancels a job that waits, or removes one that has ended. One that runs
// is told to stop and removed by a second call.
func (q *Queue) Drop(ctx context.Context, id int64) (Info, error) {
	j, err := q.client.JobGet(ctx, id)
	if err != nil {
		return Info{}, kind(err)
	}
	if j.FinalizedAt == nil {
		j, err = q.client.JobCancel(ctx, id)
	} else {
		j, err = q.client.JobDelete(ctx, id)
	}
	if err != nil {
		return Info{}, kind(err)
	}
	return info(j), nil
}

func kind(err error) error {
	switch {
	case errors.Is(err, rivertype.ErrNotFound):
		return fault.Wrap(err, fault.NotFound, "jobs.not_found")
	case errors.Is(err, rivertype.ErrJobRunning):
		return fault.Wrap(err, fault.Conflict, "jobs.running")
	}
	return err
}

func info(j *rivertype.JobRow) Info {
	i := Info{ID: j.ID, Kind: j.Kind, State: string(j.State), Attempt: j.Attempt, Args: j.EncodedArgs, CreatedAt: j.CreatedAt, DueAt: j.ScheduledAt, EndedAt: j.FinalizedAt}
	for _, e := range j.Errors {
		i.Errors = append(i.Errors, Failure{e.At, e.Attempt, e.Error})
	}
	return i
}
