package main

import (
	"context"
	"log/slog"
	"os"
	"runtime/debug"
)

// reloader reads the content again while the bot answers.
type reloader struct {
	builtIn bool
	read    func() error    // reads the content into the bot, which after an error has what it had
	changed chan<- struct{} // gets a value after each reading; one that waits there is enough
	log     *slog.Logger
}

// run reads at each hangup, until the context ends. A hangup during a reading is good for one more; signals that come together are one.
func (r reloader) run(ctx context.Context, hangups <-chan os.Signal) {
	for {
		select {
		case <-hangups:
			r.reload(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// reload reads once. What goes wrong, a panic too, is logged and changes nothing: whoever asks meanwhile must be answered.
func (r reloader) reload(ctx context.Context) {
	if r.builtIn {
		r.log.WarnContext(ctx, "nothing to read again: the content is built in, set FAQBOT_FAQ to a folder")
		return
	}
	const failed = "the content was not read again, the old goes on being answered from"
	defer func() {
		if v := recover(); v != nil {
			r.log.ErrorContext(ctx, failed, "panic", v, "stack", string(debug.Stack()))
		}
	}()
	r.log.InfoContext(ctx, "the content is read again")
	if err := r.read(); err != nil {
		for _, problem := range apart(err) {
			r.log.ErrorContext(ctx, failed, "problem", oneLine(problem.Error()))
		}
		return
	}
	r.log.InfoContext(ctx, "the new content is in use")
	select {
	case r.changed <- struct{}{}:
	default:
	}
}
