package health

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are the figures that Prometheus gets. Labels are names of the program's own, of which there are few: never an id.
type metrics struct {
	registry *prometheus.Registry
	replies  *prometheus.CounterVec
	took     *prometheus.HistogramVec
}

func newMetrics(s *Server) metrics {
	m := metrics{
		registry: prometheus.NewPedanticRegistry(),
		replies: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "faqbot_replies_total", Help: "Replies to questions, by kind.",
		}, []string{"kind"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "faqbot_event_seconds", Help: "Time from the receipt of an event to the end of the calls for it. Discord gives 3 s for a first response.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2, 3, 5, 10},
		}, []string{"event", "outcome"}),
	}
	m.registry.MustRegister(m.replies, m.took)
	for _, f := range s.figures() {
		m.registry.MustRegister(f.collector())
	}
	return m
}

// figure is one that is read when Prometheus asks.
type figure struct {
	name, help string
	gauge      bool
	read       func() float64
}

func (f figure) collector() prometheus.Collector {
	if f.gauge {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: f.name, Help: f.help}, f.read)
	}
	return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: f.name, Help: f.help}, f.read)
}

func (s *Server) figures() []figure {
	ofGateway := func(read func(Gateway) int) func() float64 {
		return func() float64 { return float64(read(s.gatewayNow())) }
	}
	ofCalls := func(read func(Calls) int) func() float64 {
		return func() float64 { return float64(read(s.callsNow())) }
	}
	return []figure{
		{"faqbot_gateway_up", "1 while the connection to Discord has a session.", true, ofGateway(func(g Gateway) int { return number(g.Ready) })},
		{"faqbot_gateway_last_read_timestamp_seconds", "When something last came over the connection.", true, func() float64 {
			if at := s.gatewayNow().LastRead; !at.IsZero() {
				return float64(at.Unix())
			}
			return 0
		}},
		{
			"faqbot_gateway_reconnects_total", "Connections opened after the first.", false,
			ofGateway(func(g Gateway) int { return max(0, g.Connects-1) }),
		},
		{
			"faqbot_gateway_identifies_total", "New sessions asked for. Discord resets the token of a bot that asks for 1000 in a day.", false,
			ofGateway(func(g Gateway) int { return g.Identifies }),
		},
		{"faqbot_gateway_resumes_total", "Attempts to resume a session.", false, ofGateway(func(g Gateway) int { return g.Resumes })},
		{
			"faqbot_gateway_dropped_total", "Events lost because too many waited.", false,
			ofGateway(func(g Gateway) int { return g.Dropped }),
		},
		{"faqbot_rest_requests_total", "Requests sent to Discord.", false, ofCalls(func(c Calls) int { return c.Tries })},
		{"faqbot_rest_limited_total", "Requests that Discord answered by 429.", false, ofCalls(func(c Calls) int { return c.Limited })},
		{"faqbot_rest_refused_total", "Requests that Discord answered by another 4xx.", false, ofCalls(func(c Calls) int { return c.Refused })},
		{
			"faqbot_rest_failed_total", "Requests that Discord answered by 5xx, or not at all.", false,
			ofCalls(func(c Calls) int { return c.Failed }),
		},
		{"faqbot_database_up", "1 while the database can be written.", true, func() float64 {
			return float64(number(s.databaseWorks(context.Background())))
		}},
	}
}

func number(on bool) int {
	if on {
		return 1
	}
	return 0
}

func (m metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 5 * time.Second})
}

// Replied counts a reply to a question by its kind.
func (s *Server) Replied(kind string) { s.metrics.replies.WithLabelValues(kind).Inc() }

// Served counts an event by what it was and whether it was answered, and how long that took.
func (s *Server) Served(event string, took time.Duration, ok bool) {
	outcome := "answered"
	if !ok {
		outcome = "failed"
	}
	s.metrics.took.WithLabelValues(event, outcome).Observe(took.Seconds())
}
