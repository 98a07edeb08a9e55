// Command faqbot answers questions about ketamine withdrawal from reviewed content, on Discord and in the terminal.
//
// It holds flags, environment, wiring and exit codes, and no logic of answering.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"
)

// The exit codes are a contract with scripts.
const (
	exitGood   = 0
	exitFailed = 1 // the content, a check or a run failed
	exitUsage  = 2 // the command line was wrong
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program: tests call it as main does.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	return (&program{ctx: ctx, getenv: getenv, stdin: stdin, stdout: stdout, stderr: stderr, open: openBot}).run(args)
}

// program is what every command gets.
type program struct {
	ctx            context.Context //nolint:containedctx // lives as long as the one command that it runs
	getenv         func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
	// open loads content and model; tests keep what they opened before.
	open opener
}

// commands are all commands and their flags.
type commands struct {
	Ask       askCmd       `cmd:"" help:"Answer a question, or one a line from standard input."`
	Backup    backupCmd    `cmd:"" help:"Write all of the database into a file."`
	Chat      chatCmd      `cmd:"" help:"Answer questions as a conversation."`
	Check     checkCmd     `cmd:"" help:"Find every problem of the content."`
	Donations donationsCmd `cmd:"" help:"Print donated questions as drafts of phrasings."`
	Doctor    doctorCmd    `cmd:"" help:"Say what is missing to run, and how to mend it."`
	Eval      evalCmd      `cmd:"" help:"Say how well labelled questions are answered."`
	Health    healthCmd    `cmd:"" help:"Ask the bot that runs here whether it is ready."`
	Import    importCmd    `cmd:"" help:"Make a content folder from a spreadsheet."`
	Restore   restoreCmd   `cmd:"" help:"Fill an empty database from a backup."`
	Show      showCmd      `cmd:"" help:"Show the card of one entry."`
	Train     trainCmd     `cmd:"" help:"Learn the matcher's model for a content folder."`
	Run       runCmd       `cmd:"" help:"Run the Discord bot."`
	Version   versionCmd   `cmd:"" help:"Say what this build and its content are."`
}

// run parses the command line, runs the command and reports its errors.
func (p *program) run(args []string) int {
	var cli commands
	helped := false
	parser, err := kong.New(
		&cli,
		kong.Name("faqbot"),
		kong.Description("Answers questions about ketamine withdrawal from reviewed content. Every flag has an environment variable; the flag wins."),
		kong.Writers(p.stdout, p.stderr),
		kong.Exit(func(int) { helped = true }),
		kong.Resolvers(environment(p.getenv)),
		kong.ValueFormatter(withVariable),
		kong.ConfigureHelp(kong.HelpOptions{NoExpandSubcommands: true, WrapUpperBound: 100}),
	)
	if err != nil {
		panic("faqbot: the commands are declared wrongly: " + err.Error())
	}
	parsed, err := parser.Parse(args)
	if helped {
		return exitGood // --help wins over whatever else is wrong
	}
	if err != nil {
		p.report(err)
		return exitUsage
	}
	if err := parsed.Run(p); err != nil {
		p.report(err)
		return exitFailed
	}
	return exitGood
}

// report writes the errors that err joins, one a line.
func (p *program) report(err error) {
	for _, e := range apart(err) {
		line := oneLine(e.Error())
		if !isProblem(e) {
			line = "faqbot: " + line
		}
		_, _ = fmt.Fprintln(p.stderr, line)
	}
}

// warn writes a warning: something went wrong that the command can do without.
func (p *program) warn(format string, args ...any) {
	_, _ = fmt.Fprintln(p.stderr, oneLine(fmt.Sprintf("faqbot: warning: "+format, args...)))
}

// oneLine keeps a message on one line.
func oneLine(s string) string { return strings.ReplaceAll(strings.TrimSpace(s), "\n", "; ") }
