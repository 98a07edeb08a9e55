// Command faqsoak runs the whole bot against the fake Discord for a long time, while members ask and Discord fails in every way that it
// knows, and says whether anything was lost, doubled or leaked.
//
// It holds what members send, what goes wrong when, and the count of it; no logic of answering, and nothing that the bot is told of the
// test.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const (
	exitGood   = 0
	exitFailed = 1 // something was lost, doubled or leaked, or the bot did not run
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// options are the command line.
type options struct {
	lasts   time.Duration
	rate    float64 // events a second
	seed    uint64
	encoder bool
	log     string
}

// run is the whole program: tests call it as main does.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitGood
	case err != nil:
		return exitUsage // the flags' own package has said why
	}
	_, _ = fmt.Fprintf(stdout, "faqsoak --for %s --rate %g --seed %d%s\n\n", o.lasts, o.rate, o.seed, map[bool]string{true: " --encoder"}[o.encoder])
	found, err := soak(ctx, o, stderr)
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "faqsoak: %v\n", err)
		return exitFailed
	}
	found.print(stdout)
	if len(found.failures()) > 0 {
		return exitFailed
	}
	return exitGood
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("faqsoak", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.DurationVar(&o.lasts, "for", 30*time.Minute, "how long members ask")
	flags.Float64Var(&o.rate, "rate", 10, "events a second, 0.1 to 200, beside what members press in turn")
	flags.Uint64Var(&o.seed, "seed", 0, "of what is sent and what goes wrong; 0 draws one. The same seed brings the same choices, never the same moments")
	flags.BoolVar(&o.encoder, "encoder", false, "match with the sentence encoder, and not by words alone")
	flags.StringVar(&o.log, "log", "", "`file` for the bot's log, at level debug")
	if err := flags.Parse(args); err != nil {
		return o, err //nolint:wrapcheck // it is printed already
	}
	const leastRate, mostRate = 0.1, 200
	var wrong error
	switch {
	case flags.NArg() > 0:
		wrong = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case o.lasts < time.Second:
		wrong = errors.New("--for must be at least a second")
	case o.rate < leastRate || o.rate > mostRate:
		wrong = errors.New("--rate must be between 0.1 and 200")
	}
	if wrong != nil {
		_, _ = fmt.Fprintf(stderr, "faqsoak: %v\n", wrong)
		return o, wrong
	}
	if o.seed == 0 {
		o.seed = uint64(rand.Uint32()) //nolint:gosec // what goes wrong is no secret
	}
	return o, nil
}
