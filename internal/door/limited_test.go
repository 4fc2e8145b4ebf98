package door

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestLimited(t *testing.T) {
	type k struct{}
	parent, stop := context.WithCancel(context.WithValue(context.Background(), k{}, 7))
	defer stop()
	hour := func() *limited { return &limited{parent: parent, end: time.Now().Add(time.Hour)} }

	l := hour()
	if d, ok := l.Deadline(); !ok || d != l.end || l.Err() != nil || l.Value(k{}) != 7 {
		t.Fatal(d, ok, l.Err(), l.Value(k{}))
	}
	if l.timed != nil {
		t.Error("a timer is set though nobody waits")
	}
	child, cancel := context.WithCancel(l) // waits for the end of l
	defer cancel()
	if l.timed == nil || l.Value(k{}) != 7 {
		t.Error("a child cannot be told")
	}
	l.finish()
	<-child.Done()
	if !errors.Is(l.Err(), context.Canceled) || !errors.Is(child.Err(), context.Canceled) {
		t.Error(l.Err(), child.Err())
	}

	l = hour()
	l.finish()
	if !errors.Is(l.Err(), context.Canceled) {
		t.Error("finished and not told:", l.Err())
	}
	<-l.Done()
	if !errors.Is(l.Err(), context.Canceled) {
		t.Error(l.Err())
	}

	for _, wait := range []bool{false, true} {
		l = &limited{parent: parent, end: time.Now().Add(20 * time.Millisecond)}
		if wait {
			<-l.Done()
		} else {
			time.Sleep(30 * time.Millisecond)
		}
		if !errors.Is(l.Err(), context.DeadlineExceeded) {
			t.Error("time is over and not told:", l.Err())
		}
	}

	near, no := context.WithTimeout(parent, time.Minute)
	defer no()
	l = &limited{parent: near, end: time.Now().Add(time.Hour)}
	if d, _ := l.Deadline(); d.After(time.Now().Add(2 * time.Minute)) {
		t.Error("the parent ends earlier")
	}

	l, m := hour(), hour()
	<-func() <-chan struct{} { go stop(); return l.Done() }()
	if !errors.Is(l.Err(), context.Canceled) || !errors.Is(m.Err(), context.Canceled) {
		t.Error("the caller went away and it is not told:", l.Err(), m.Err())
	}
}
