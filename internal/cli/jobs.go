package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lianxin/internal/app"
	"lianxin/internal/base/jobs"
)

type jobsCmd struct {
	List  jobsList  `cmd:"" help:"jobs_list"`
	Show  jobsShow  `cmd:"" help:"jobs_show"`
	Retry jobsRetry `cmd:"" help:"jobs_retry"`
	Drop  jobsDrop  `cmd:"" help:"jobs_drop"`
}

func (r *run) queue(f func(*jobs.Queue) error) error {
	return r.with(func(a *app.App) error {
		q, err := jobs.Look(a.DB)
		if err != nil {
			return err
		}
		return errors.Join(f(q), q.Close())
	})
}

type jobsList struct {
	State []string `help:"jobs_state" placeholder:"STATE"`
	Limit int      `help:"limit" default:"50"`
	JSON  bool     `help:"json"`
}

// Run lists jobs, newest first.
func (c *jobsList) Run(r *run) error {
	for _, s := range c.State {
		if known := jobs.States(); !slices.Contains(known, s) {
			return misuse("cli.job_state", "state", s, "states", strings.Join(known, "、"))
		}
	}
	if c.Limit < 1 || c.Limit > 1000 {
		return misuse("cli.limit_bad")
	}
	return r.queue(func(q *jobs.Queue) error {
		l, err := q.List(r.ctx, c.Limit, c.State...)
		if err != nil {
			return err
		}
		if c.JSON {
			return r.json(l)
		}
		for _, j := range l {
			r.job(j)
		}
		return nil
	})
}

func (r *run) job(j jobs.Info) {
	fmt.Fprintf(r.Out, "%8d  %-20s %-10s %2d  %s  %s\n", j.ID, j.Kind, j.State, j.Attempt, j.DueAt.Local().Format(time.DateTime), j.Args)
	for _, e := range j.Errors {
		fmt.Fprintf(r.Out, "          %s  %s\n", e.At.Local().Format(time.DateTime), e.Error)
	}
}

type jobsShow struct {
	ID int64 `arg:"" help:"jobs_id"`
}

// Run shows one job with its failures.
func (c *jobsShow) Run(r *run) error {
	return r.queue(func(q *jobs.Queue) error { return r.one(q.Show(r.ctx, c.ID)) })
}

type jobsRetry struct {
	ID int64 `arg:"" help:"jobs_id"`
}

// Run makes a job due now.
func (c *jobsRetry) Run(r *run) error {
	return r.queue(func(q *jobs.Queue) error { return r.one(q.Retry(r.ctx, c.ID)) })
}

type jobsDrop struct {
	ID int64 `arg:"" help:"jobs_id"`
}

// Run cancels a job, or removes one that has ended.
func (c *jobsDrop) Run(r *run) error {
	return r.queue(func(q *jobs.Queue) error { return r.one(q.Drop(r.ctx, c.ID)) })
}

func (r *run) one(j jobs.Info, err error) error {
	if err == nil {
		r.job(j)
	}
	return err
}
