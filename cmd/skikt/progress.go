package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// bars draws a bar for each long step on a terminal, and nothing elsewhere.
type bars struct {
	all *mpb.Progress
	of  map[string]*mpb.Bar
	err io.Writer
}

func newBars(std *streams) *bars {
	if !std.terminal {
		return &bars{err: std.err}
	}
	return &bars{err: std.err, all: mpb.New(mpb.WithOutput(std.err), mpb.WithWidth(40), mpb.WithRefreshRate(100*time.Millisecond)), of: map[string]*mpb.Bar{}}
}

// step tells how far a step has come.
func (b *bars) step(name string, done, total int64) {
	if b.all == nil || total <= 0 {
		return
	}
	bar, ok := b.of[name]
	if !ok {
		bar = b.all.AddBar(total,
			mpb.PrependDecorators(decor.Name(name, decor.WCSyncSpaceR)),
			mpb.AppendDecorators(decor.Percentage(decor.WCSyncWidth), elapsed(time.Now())))
		b.of[name] = bar
	}
	bar.SetCurrent(done)
}

// tell prints a line, above the bars.
func (b *bars) tell(message string) {
	if b.all == nil {
		fmt.Fprintln(b.err, message)
		return
	}
	fmt.Fprintln(b.all, message)
}

// elapsed shows how long a step takes, or took, when that is a second or more.
func elapsed(start time.Time) decor.Decorator {
	var took time.Duration
	return decor.Any(func(s decor.Statistics) string {
		if !s.Completed && !s.Aborted {
			took = time.Since(start)
		}
		if took < time.Second {
			return ""
		}
		return " " + took.Round(time.Second).String()
	})
}

// close leaves the bars as they are; steps that were cut short stay unfinished.
func (b *bars) close() {
	if b.all == nil {
		return
	}
	for _, bar := range b.of {
		bar.Abort(false)
	}
	b.all.Wait()
}
