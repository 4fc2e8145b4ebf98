package door

import (
	"context"
	"sync"
	"time"
)

// limited is a context that ends at a time, like context.WithDeadline, but
// whose timer is set only when somebody waits for the end. A write to the
// embedded database asks whether the time is over and waits for nothing.
type limited struct {
	parent context.Context
	end    time.Time
	mu     sync.Mutex
	timed  context.Context // made by the first Done
	cancel context.CancelFunc
	over   bool // the request was answered
}

// Deadline is the end of the request's time.
func (l *limited) Deadline() (time.Time, bool) {
	if d, ok := l.parent.Deadline(); ok && d.Before(l.end) {
		return d, true
	}
	return l.end, true
}

// Done sets the timer.
func (l *limited) Done() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.timed == nil {
		l.timed, l.cancel = context.WithDeadline(l.parent, l.end)
		if l.over {
			l.cancel()
		}
	}
	return l.timed.Done()
}

// Err tells whether the time is over.
func (l *limited) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.timed != nil:
		return l.timed.Err()
	case l.parent.Err() != nil:
		return l.parent.Err()
	case l.over:
		return context.Canceled
	case !time.Now().Before(l.end):
		return context.DeadlineExceeded
	}
	return nil
}

// Value asks the timed context once there is one: the standard library finds
// by it whom to tell of the end.
func (l *limited) Value(k any) any {
	l.mu.Lock()
	c := l.timed
	l.mu.Unlock()
	if c == nil {
		c = l.parent
	}
	return c.Value(k)
}

// finish ends the context with the request.
func (l *limited) finish() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	if l.cancel != nil {
		l.cancel()
	}
}
