package chart

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Point is a place in a picture of shares, each in [0,1].
type Point struct{ X, Y float64 }

// Series is a curve and its name in the legend.
type Series struct {
	Name   string
	Points []Point
	// Alone draws the points without a line between them.
	Alone bool
}

// Lines draws up to three curves. Both axes are shares; the upright one ends at the next tenth above the highest point. It fails for
// no curve, for more than three, for one without points and for points that are no numbers.
func Lines(f Frame, series []Series) (Picture, error) {
	colours := []color.NRGBA{blue(), orange(), green()}
	if len(series) == 0 || len(series) > len(colours) {
		return Picture{}, fmt.Errorf("draw %d curves: one to %d fit a picture", len(series), len(colours))
	}
	p := canvas(f)
	p.Add(grid())
	top := 0.0
	for i, s := range series {
		if err := add(p, s, colours[i], i); err != nil {
			return Picture{}, fmt.Errorf("draw %s: %w", s.Name, err)
		}
		for _, point := range s.Points {
			top = max(top, point.Y)
		}
	}
	shares(&p.X, 1)
	shares(&p.Y, ceiling(top))
	p.Legend.Top, p.Legend.Left = true, true
	p.Legend.XOffs, p.Legend.YOffs = 6, -4
	return picture(p, f, normalWidth, square)
}

// add draws a curve and puts it into the legend. Curves differ in dashes too, for those who cannot tell their colours apart.
func add(p *plot.Plot, s Series, c color.NRGBA, i int) error {
	if len(s.Points) == 0 {
		return errNothing
	}
	if s.Alone {
		dots, err := plotter.NewScatter(points(s.Points))
		if err != nil {
			return err //nolint:wrapcheck // the caller names the curve
		}
		dots.GlyphStyle = draw.GlyphStyle{Color: c, Radius: 5, Shape: draw.CircleGlyph{}}
		p.Add(dots)
		p.Legend.Add(s.Name, dots)
		return nil
	}
	line, err := plotter.NewLine(points(s.Points))
	if err != nil {
		return err //nolint:wrapcheck // the caller names the curve
	}
	line.LineStyle = draw.LineStyle{Color: c, Width: lineWidth}
	if i > 0 {
		line.Dashes = []vg.Length{vg.Length(2 + 4*i), 3}
	}
	p.Add(line)
	p.Legend.Add(s.Name, line)
	return nil
}

// Bin is a group of forecasts: how sure they were on average, how many of them came true, and the interval of that share.
type Bin struct{ Confidence, Share, Low, High float64 }

// Reliability draws how often forecasts came true against how sure they were; on the diagonal both agree. It fails for no bins.
func Reliability(f Frame, bins []Bin) (Picture, error) {
	if len(bins) == 0 {
		return Picture{}, errNothing
	}
	p := canvas(f)
	p.Add(grid())
	diagonal, err := plotter.NewLine(plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 1}})
	if err != nil {
		return Picture{}, fmt.Errorf("draw diagonal: %w", err)
	}
	diagonal.LineStyle = draw.LineStyle{Color: ink(0.6), Width: 1, Dashes: []vg.Length{4, 4}}
	var line plotter.XYs
	var errs plotter.YErrors
	for _, b := range bins {
		line = append(line, plotter.XY{X: b.Confidence, Y: b.Share})
		errs = append(errs, struct{ Low, High float64 }{b.Low - b.Share, b.High - b.Share})
	}
	curve, dots, err := plotter.NewLinePoints(line)
	if err != nil {
		return Picture{}, fmt.Errorf("draw bins: %w", err)
	}
	bars, err := plotter.NewYErrorBars(struct {
		plotter.XYs
		plotter.YErrors
	}{line, errs})
	if err != nil {
		return Picture{}, fmt.Errorf("draw intervals: %w", err)
	}
	curve.LineStyle = draw.LineStyle{Color: blue(), Width: lineWidth}
	dots.GlyphStyle = draw.GlyphStyle{Color: blue(), Radius: 3.5, Shape: draw.CircleGlyph{}}
	bars.LineStyle = draw.LineStyle{Color: faded(blue(), 0.7), Width: 1}
	p.Add(diagonal, bars, curve, dots)
	p.Legend.Add("as sure as right", diagonal)
	p.Legend.Add("measured, 95 % interval", curve, dots)
	p.Legend.Top, p.Legend.Left = true, true
	p.Legend.XOffs, p.Legend.YOffs = 6, -4
	shares(&p.X, 1)
	shares(&p.Y, 1)
	return picture(p, f, normalWidth, square)
}

// points turns ours into the library's.
func points(in []Point) plotter.XYs {
	out := make(plotter.XYs, len(in))
	for i, p := range in {
		out[i] = plotter.XY{X: p.X, Y: p.Y}
	}
	return out
}

// grid returns thin lines at the ticks.
func grid() *plotter.Grid {
	g := plotter.NewGrid()
	g.Horizontal = draw.LineStyle{Color: ink(0.15), Width: 0.75}
	g.Vertical = g.Horizontal
	return g
}
