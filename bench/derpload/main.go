// Derpload measures DERP relays: ours beside Tailscale's derper, in turns, each alone on one processor, with this
// program on the other. `bench/derp` builds and calls it.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

type options struct {
	pairs                      []int
	rounds, idleRounds         int
	clients, train             int
	search, length, warm, rest time.Duration
	warmUp, after              time.Duration
	shared, verbose            bool
	jcmd                       string
	assumed                    float64 // a ceiling, instead of a search
}

var tables = []struct {
	name string
	run  func(*bench) error
}{
	{"ceiling", (*bench).tableCeiling},
	{"overload", (*bench).tableOverload},
	{"cpu", (*bench).tableCPU},
	{"latency", (*bench).tableLatency},
	{"allocation", (*bench).tableAllocation},
	{"handshake", (*bench).tableHandshake},
	{"idle", (*bench).tableIdle},
	{"reconnect", (*bench).tableReconnect},
}

func main() {
	adit := flag.String("adit", "", "our program")
	derper := flag.String("derper", "", "Tailscale's")
	jcmd := flag.String("jcmd", "", "the JDK's jcmd")
	rounds := flag.Int("rounds", 5, "of each")
	pairs := flag.String("pairs", "2,20,100", "of clients")
	clients := flag.Int("clients", 10_000, "that are idle")
	assumed := flag.Float64("assume", 0, "packets/s that are the ceiling, instead of a search")
	train := flag.Int("train", 8, "packets that a client sends at once")
	warmUp := flag.Duration("warm-up", 0, "of the servers; 30 s if left out")
	quick := flag.Bool("quick", false, "short and rough")
	shared := flag.Bool("shared", false, "others may be on the server's processor")
	verbose := flag.Bool("verbose", false, "each measurement")
	flag.Parse()
	o := options{
		rounds: *rounds, idleRounds: 3, clients: *clients, train: *train, jcmd: *jcmd, shared: *shared, verbose: *verbose,
		assumed: *assumed,
		search:  2 * time.Second, length: 5 * time.Second, warm: time.Second, warmUp: 30 * time.Second,
		rest: 20 * time.Second, after: 60 * time.Second,
	}
	if *quick {
		o.rounds, o.idleRounds = min(o.rounds, 2), 1
		o.search, o.length, o.warm = time.Second, 2*time.Second, 500*time.Millisecond
		o.warmUp, o.rest, o.after = 6*time.Second, 5*time.Second, 35*time.Second
	}
	if *warmUp > 0 {
		o.warmUp = *warmUp
	}
	for word := range strings.SplitSeq(*pairs, ",") {
		var n int
		if _, err := fmt.Sscan(word, &n); err != nil || n < 1 {
			fail(fmt.Errorf("--pairs %s: '%s' is no number above 0", *pairs, word))
		}
		o.pairs = append(o.pairs, n)
	}
	enough, err := run(o, *adit, *derper, flag.Args())
	if err != nil {
		fail(err)
	}
	if !enough {
		os.Exit(1)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "derp:", err)
	os.Exit(2)
}

func run(o options, adit, derper string, wanted []string) (enough bool, err error) {
	work, err := os.MkdirTemp("", "adit-derp-")
	if err != nil {
		return false, err
	}
	defer func() {
		if err == nil {
			os.RemoveAll(work)
		}
	}()
	ours, theirs, err := newServers(work, adit, derper)
	if err != nil {
		return false, err
	}
	b := &bench{
		ours: ours, theirs: theirs, options: o,
		ceilings: map[string]map[int][]float64{"adit": {}, "derper": {}},
		peaks:    map[string]map[int]float64{"adit": {}, "derper": {}},
	}
	for _, s := range b.both() {
		if err := s.start(); err != nil {
			return false, err
		}
		defer s.stop()
	}
	if err := b.warmUp(); err != nil {
		return false, err
	}
	for _, table := range tables {
		if len(wanted) > 0 && !slices.Contains(wanted, table.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s\n", table.name)
		err := table.run(b)
		b.figures.print() // at once: the next may take half an hour
		if err != nil {
			return false, fmt.Errorf("%s: %w", table.name, err)
		}
	}
	if b.thrown > 0 || b.noisy > 0 {
		fmt.Printf("rounds thrown away because others took more than 10 %% of the server's processor: %d\n", b.thrown)
	}
	if b.noisy > 0 {
		fmt.Printf("void: %d rounds count although others were there; take it again on a quiet machine\n", b.noisy)
		return false, nil
	}
	return !b.figures.short, nil
}
