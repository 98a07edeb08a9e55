package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/discord/figures"
	"faqbot/internal/discord/gateway"
	"faqbot/internal/discord/rest"
	"faqbot/internal/health"
	"faqbot/internal/terminal"
)

// httpFlags say where health checks are answered.
type httpFlags struct {
	HTTP string `name:"http" default:"127.0.0.1:8787" placeholder:"ADDRESS" help:"Where health checks and metrics are served; a hyphen for nowhere."`
}

// off reports whether nothing is served.
func (f httpFlags) off() bool { return f.HTTP == "" || f.HTTP == "-" }

// serveHealth answers health checks from now on, and returns what the bot tells of itself for them; ping fails unless the database works. An
// address that cannot be had is logged, and members are answered all the same. The caller calls stop.
func (f httpFlags) serveHealth(ctx context.Context, ping func(context.Context) error, log *slog.Logger) (told figures.Listeners, stop func()) {
	if f.off() {
		return figures.Listeners{}, func() {}
	}
	server := health.New(health.Config{Database: ping, Now: time.Now, Log: log}) //nolint:contextcheck // Prometheus asks without one
	at, stop, err := server.Listen(ctx, f.HTTP)
	if err != nil {
		log.ErrorContext(ctx, "no health checks: give another address as FAQBOT_HTTP, or a hyphen for none", "error", err)
		return figures.Listeners{}, func() {}
	}
	log.InfoContext(ctx, "health checks are answered", "address", at.String())
	return figures.Listeners{
		Served:  server.Served,
		Replied: func(r answer.Reply) { server.Replied(terminal.Kind(r)) },
		Connecting: func(connection func() gateway.Stats, calls func() rest.Stats) {
			server.Watch(func() health.Gateway {
				g := connection()
				return health.Gateway{
					Ready: g.Ready, LastRead: g.LastRead, Connects: g.Connects, Identifies: g.Identifies, Resumes: g.Resumes, Dropped: g.Dropped,
				}
			}, func() health.Calls { return health.Calls(calls()) })
		},
	}, stop
}

type healthCmd struct {
	httpFlags
}

// Help is shown by --help.
func (healthCmd) Help() string {
	return `Asks the bot that runs on this machine whether it is ready, and prints what it says as JSON. Exits with 1 unless it is: for health checks of containers, which hold no other program.

Example:

    faqbot health`
}

// Run asks.
func (c *healthCmd) Run(p *program) error {
	if c.off() {
		return errors.New("health checks are switched off: set FAQBOT_HTTP to an address")
	}
	host, port, err := net.SplitHostPort(c.HTTP)
	if err != nil {
		return fmt.Errorf("FAQBOT_HTTP must be an address such as 127.0.0.1:8787: %w", err)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return fmt.Errorf("ask the bot: %w", err)
	}
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req) // by no proxy
	if err != nil {
		return fmt.Errorf("the bot does not run, or serves health checks elsewhere: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	const most = 4 << 10
	if _, err := io.Copy(p.stdout, io.LimitReader(resp.Body, most)); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return errors.New("the bot is not ready")
	}
	return nil
}
