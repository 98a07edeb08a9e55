package feedback

import (
	"bytes"
	"context"
	"encoding/csv"
	"strings"
	"time"

	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/store"
)

const mediaCSV = "text/csv"

// noted notes who has which file, before it is handed over; false, and there is no file, where that fails.
func (f *Feedback) noted(ctx context.Context, r interact.Request, file string) bool {
	err := f.Store.AddAudit(ctx, store.Audit{Guild: r.Guild, Actor: r.User, Action: store.ActionExport, Target: file, At: r.At})
	if err != nil {
		f.Log.WarnContext(ctx, "an export was not noted, and so not made", "guild_id", r.Guild, "error", err)
	}
	return err == nil
}

// exportFigures writes all figures into a file.
func (f *Feedback) exportFigures(ctx context.Context, r interact.Request) api.Body {
	found, err := f.figures(ctx, r.Guild)
	if err != nil {
		f.Log.WarnContext(ctx, "figures could not be read", "guild_id", r.Guild, "error", err)
		return api.Body{Content: textNoFigures}
	}
	if !f.noted(ctx, r, "figures") {
		return api.Body{Content: textNoExport}
	}
	name := "figures-" + found.to.Format(time.DateOnly) + ".csv"
	return api.Body{Content: textFile, Files: []api.File{{Name: name, Type: mediaCSV, Data: table(found.rows())}}}
}

// rows are the figures as a table; those that are too small are no more to be had here than on the card.
func (f *figures) rows() [][]string {
	out := [][]string{{"what", "name", "state", "figure"}}
	for _, t := range f.kinds {
		out = append(out, []string{"replies", t.name, "", shown(t.n)})
	}
	for _, t := range f.asked {
		out = append(out, []string{"shown", t.name, "", shown(t.n)})
	}
	for _, v := range f.votes {
		out = append(out, []string{"helped", v.entry, "", shown(v.helpful)}, []string{"did not help", v.entry, "", shown(v.less)})
	}
	for _, t := range f.topics {
		out = append(out, []string{"unanswered", t.Entry, string(t.State), shown(t.Count)})
	}
	for _, p := range f.pins {
		out = append(out, []string{"pinned card", p, "", ""})
	}
	for _, r := range f.reviews {
		out = append(out, []string{"review", r.entry, map[bool]string{true: "past", false: "due"}[r.past], r.due})
	}
	return out
}

// exportDonations writes what was given in the server into a file.
func (f *Feedback) exportDonations(ctx context.Context, r interact.Request) api.Body {
	given, err := f.Store.Donations(ctx, r.Guild)
	switch {
	case err != nil:
		f.Log.WarnContext(ctx, "donations could not be read", "guild_id", r.Guild, "error", err)
		return api.Body{Content: textNoFigures}
	case len(given) == 0:
		return api.Body{Content: textNoGifts}
	}
	if !f.noted(ctx, r, "donations") {
		return api.Body{Content: textNoExport}
	}
	rows := [][]string{{"day", "question"}}
	for _, d := range given {
		rows = append(rows, []string{d.Day, d.Text})
	}
	name := "donations-" + f.Now().UTC().Format(time.DateOnly) + ".csv"
	return api.Body{Content: textFile, Files: []api.File{{Name: name, Type: mediaCSV, Data: table(rows)}}}
}

// table writes CSV. A spreadsheet program must take no cell for a formula.
func table(rows [][]string) []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	for _, row := range rows {
		for i, cell := range row {
			if strings.IndexAny(cell, "=+-@\t\r") == 0 {
				row[i] = "'" + cell
			}
		}
		_ = w.Write(row) // memory takes all
	}
	w.Flush()
	return out.Bytes()
}
