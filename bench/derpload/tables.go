package main

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"
)

// What must be reached.
const (
	arrives        = 0.99 // of the offered packets, up to the ceiling
	keptAtOverload = 0.90
	flatCeiling    = 0.95 // of the ceiling with few pairs: measured to 3 %
	idleBytes      = 16_000
	freeBytes      = 8 // per packet: what a thread allocates at times, spread over the packets
	staysBytes     = 1_600
	backSeconds    = 60
	mostOthers     = 0.10
	window         = 24 // packets of a pair under way
	mostRepeats    = 6
)

var cpuLimits = map[int]float64{2: 1 / 1.5, 20: 1 / 1.5, 100: 1 / 1.8}

// One call of the program.
type bench struct {
	ours, theirs  *server
	options       options
	figures       figures
	ceilings      map[string]map[int][]float64
	peaks         map[string]map[int]float64
	noisy, thrown int
}

func (b *bench) both() []*server { return []*server{b.theirs, b.ours} }

// Measures one load; again if others were on the server's processor.
func (b *bench) measure(s *server, l *load, rate float64, length time.Duration, asks float64) (result, usage, error) {
	for try := 0; ; try++ {
		var w watch
		var failure error
		r, err := l.run(rate, b.options.warm, length, asks, func() { w, failure = watchFrom(s) })
		if err = errors.Join(err, failure); err != nil {
			return r, usage{}, fmt.Errorf("%s, %d pairs, %.0f packets/s: %w", s.name, len(l.pairs), rate, err)
		}
		used, err := w.until()
		if err != nil {
			return r, used, err
		}
		l.settle()
		if b.options.verbose {
			fmt.Fprintf(os.Stderr, "    %s %d pairs: offered %.0f sent %.0f delivered %.0f (%.1f %%), processor %.0f %%, others %.0f %%\n",
				s.name, len(l.pairs), r.offered, r.sent, r.delivered, 100*r.arrived(), 100*used.share, 100*used.others)
		}
		if peaks := b.peaks[s.name]; r.delivered > peaks[len(l.pairs)] {
			peaks[len(l.pairs)] = r.delivered
		}
		if used.others <= mostOthers {
			return r, used, nil
		}
		if b.options.shared || try == mostRepeats {
			b.noisy++
			return r, used, nil
		}
		b.thrown++
		fmt.Fprintf(os.Stderr, "  others took %.0f %% of the server's processor: again\n", 100*used.others)
	}
}

// Lets the code become warm, and connections their window.
func (b *bench) warmUp() error {
	for _, s := range b.both() {
		l, err := newLoad(s.address, 20, b.options.train)
		if err != nil {
			return err
		}
		for _, rate := range []float64{50_000, 100_000, 200_000} {
			if _, err := l.run(rate, 0, b.options.warmUp/3, 0, func() {}); err != nil {
				return err
			}
		}
		l.close()
	}
	return nil
}

// The highest load of which 99 % arrives, to 3 %; `near` is where to begin, or 0.
func (b *bench) ceiling(s *server, pairs int, near float64) (float64, error) {
	l, err := newLoad(s.address, pairs, b.options.train)
	if err != nil {
		return 0, err
	}
	defer l.close()
	passes := func(rate float64) (bool, error) {
		r, _, err := b.measure(s, l, rate, b.options.search, 0)
		// One that the driver itself could not offer is no ceiling of the server.
		return r.arrived() >= arrives, err
	}
	low, high := 0.0, 0.0
	rate := 20_000.0
	if near > 0 {
		rate = near / 1.1
	}
	for step := 1.6; high == 0 || low == 0; {
		good, err := passes(rate)
		if err != nil {
			return 0, err
		}
		if near > 0 {
			step = 1.2
		}
		if good {
			low = rate
			rate *= step
		} else {
			high = rate
			rate /= step
		}
		if rate < 1_000 || rate > 10e6 {
			return 0, fmt.Errorf("%s, %d pairs: no ceiling between 1,000 and 10 million packets/s", s.name, pairs)
		}
	}
	for high/low > 1.03 {
		middle := (low + high) / 2
		good, err := passes(middle)
		if err != nil {
			return 0, err
		}
		if good {
			low = middle
		} else {
			high = middle
		}
	}
	return low, nil
}

// The median ceiling, measured now if it was not yet.
func (b *bench) known(s *server, pairs int) (float64, error) {
	if b.options.assumed > 0 {
		return b.options.assumed, nil
	}
	known := b.ceilings[s.name][pairs]
	if len(known) == 0 {
		c, err := b.ceiling(s, pairs, 0)
		if err != nil {
			return 0, err
		}
		known = []float64{c}
		b.ceilings[s.name][pairs] = known
		fmt.Fprintf(os.Stderr, "  ceiling of %s at %d pairs: %s packets/s\n", s.name, pairs, number(c))
	}
	return median(known), nil
}

func (b *bench) tableCeiling() error {
	for _, pairs := range b.options.pairs {
		for round := range b.options.rounds {
			for _, s := range b.both() {
				c, err := b.ceiling(s, pairs, median0(b.ceilings[s.name][pairs]))
				if err != nil {
					return err
				}
				b.ceilings[s.name][pairs] = append(b.ceilings[s.name][pairs], c)
				fmt.Fprintf(os.Stderr, "  round %d: ceiling of %s at %d pairs: %s packets/s\n", round+1, s.name, pairs, number(c))
			}
		}
		b.figures.add(fmt.Sprintf("%d pairs: ceiling", pairs), "packets/s",
			b.ceilings["adit"][pairs], b.ceilings["derper"][pairs], noLimit, 0)
		b.figures.add(fmt.Sprintf("%d pairs: peak", pairs), "packets/s",
			[]float64{b.peaks["adit"][pairs]}, []float64{b.peaks["derper"][pairs]}, noLimit, 0)
	}
	few, many := b.options.pairs[0], b.options.pairs[len(b.options.pairs)-1]
	if few != many {
		b.figures.add(fmt.Sprintf("ceiling at %d pairs against ours at %d", many, few), "packets/s",
			b.ceilings["adit"][many], b.ceilings["adit"][few], ratioAtLeast, flatCeiling)
	}
	return nil
}

func median0(of []float64) float64 {
	if len(of) == 0 {
		return 0
	}
	return median(of)
}

// Delivered at a multiple of each one's own ceiling.
func (b *bench) tableOverload() error {
	for _, pairs := range b.options.pairs {
		for _, times := range []float64{1.5, 3, 5} {
			kept, ended := map[string][]float64{}, map[string][]float64{}
			for _, s := range b.both() {
				if _, err := b.known(s, pairs); err != nil {
					return err
				}
			}
			for range b.options.rounds {
				for _, s := range b.both() {
					ceiling, _ := b.known(s, pairs)
					l, err := newLoad(s.address, pairs, b.options.train)
					if err != nil {
						return err
					}
					r, _, err := b.measure(s, l, times*ceiling, b.options.length, 0)
					l.close()
					if err != nil {
						return err
					}
					kept[s.name] = append(kept[s.name], 100*r.delivered/ceiling)
					ended[s.name] = append(ended[s.name], float64(l.ended))
				}
			}
			kind := noLimit
			if times == 3 {
				kind = atLeast
			}
			b.figures.add(fmt.Sprintf("%d pairs: delivered at %.1f times the ceiling", pairs, times), "% of it",
				kept["adit"], kept["derper"], kind, 100*keptAtOverload)
			b.figures.add("  connections that the relay ended meanwhile", "of all", ended["adit"], ended["derper"], noLimit, 0)
		}
	}
	return nil
}

// Processor time for each delivered packet, both at the same load. First as a TCP connection through the tunnel
// loads a relay, some packets of each pair under way at all times (the method of the first measurements); then three quarters of the lower
// ceiling; then the same for packets that come one by one, where the kernel has most of the work, the same for both.
func (b *bench) tableCPU() error {
	for _, pairs := range b.options.pairs {
		lower := 0.0
		for _, s := range b.both() {
			c, err := b.known(s, pairs)
			if err != nil {
				return err
			}
			if lower == 0 || c < lower {
				lower = c
			}
		}
		rate := 0.75 * lower
		what := fmt.Sprintf("%d pairs, %s packets/s: processor time for each", pairs, number(rate))
		limit, isKnown := cpuLimits[pairs]
		kind := ratioAtMost
		if !isKnown {
			kind = noLimit
		}
		words := fmt.Sprintf("%d pairs, %d packets of each under way: processor time for each", pairs, window)
		if err := b.work(words, pairs, 0, 0, kind, limit); err != nil {
			return err
		}
		if err := b.work(what, pairs, b.options.train, rate, kind, limit); err != nil {
			return err
		}
		if err := b.work("  the same, one by one", pairs, 1, rate, noLimit, 0); err != nil {
			return err
		}
	}
	return nil
}

// @param train of packets sent at once; 0 for a window of them instead of a rate
func (b *bench) work(what string, pairs, train int, rate float64, kind limitKind, limit float64) error {
	spent := map[string][]float64{}
	for range b.options.rounds {
		for _, s := range b.both() {
			l, err := newLoad(s.address, pairs, train)
			if err != nil {
				return err
			}
			if train == 0 {
				l.window = window
			}
			r, used, err := b.measure(s, l, rate, b.options.length, 0)
			l.close()
			if err != nil {
				return err
			}
			spent[s.name] = append(spent[s.name], float64(used.own.Nanoseconds())/(r.delivered*r.elapsed.Seconds()))
		}
	}
	b.figures.add(what, "ns", spent["adit"], spent["derper"], kind, limit)
	return nil
}

// Round trips at half load: half of the lower ceiling for both, and half of each one's own.
func (b *bench) tableLatency() error {
	for _, pairs := range b.options.pairs {
		ceilings := map[string]float64{}
		for _, s := range b.both() {
			c, err := b.known(s, pairs)
			if err != nil {
				return err
			}
			ceilings[s.name] = c
		}
		if err := b.latency(pairs, "the same load", 0.5*min(ceilings["adit"], ceilings["derper"]), nil); err != nil {
			return err
		}
		if err := b.latency(pairs, "half of its own ceiling", 0, ceilings); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) latency(pairs int, words string, rate float64, ceilings map[string]float64) error {
	quantiles := []struct {
		name string
		q    float64
	}{{"p50", 0.5}, {"p99", 0.99}, {"p99.9", 0.999}}
	times := map[string][3][]float64{}
	for range b.options.rounds {
		for _, s := range b.both() {
			offered := rate
			if ceilings != nil {
				offered = ceilings[s.name] / 2
			}
			l, err := newLoad(s.address, pairs, b.options.train)
			if err != nil {
				return err
			}
			r, _, err := b.measure(s, l, offered, b.options.length, 2_000)
			l.close()
			if err != nil {
				return err
			}
			mine := times[s.name]
			for i, quantile := range quantiles {
				mine[i] = append(mine[i], float64(r.quantile(quantile.q).Microseconds()))
			}
			times[s.name] = mine
		}
	}
	for i, quantile := range quantiles {
		kind := noLimit
		if quantile.name == "p99" {
			kind = ratioAtMost
		}
		if rate > 0 && i == 0 {
			words = fmt.Sprintf("%s packets/s", number(rate))
		}
		b.figures.add(fmt.Sprintf("%d pairs, %s: round trip %s", pairs, words, quantile.name), "µs",
			times["adit"][i], times["derper"][i], kind, 1)
	}
	return nil
}

// Clients that come and go, as fast as one processor lets them: TCP, TLS, upgrade, proof, ServerInfo.
func (b *bench) tableHandshake() error {
	rate, work := map[string][]float64{}, map[string][]float64{}
	for _, s := range b.both() {
		if _, err := comeAndGo(s.address, b.options.warmUp); err != nil {
			return err
		}
	}
	for range b.options.rounds {
		for _, s := range b.both() {
			w, err := watchFrom(s)
			if err != nil {
				return err
			}
			count, err := comeAndGo(s.address, b.options.length)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			took := time.Since(w.began)
			used, err := w.until()
			if err != nil {
				return err
			}
			rate[s.name] = append(rate[s.name], count/took.Seconds())
			work[s.name] = append(work[s.name], float64(used.own.Microseconds())/count)
			if b.options.verbose {
				fmt.Fprintf(os.Stderr, "    %s: %.0f handshakes/s, processor %.0f %%, others %.0f %%\n",
					s.name, count/took.Seconds(), 100*used.share, 100*used.others)
			}
			if used.others > mostOthers {
				b.noisy++
			}
		}
	}
	b.figures.add("handshakes, from TCP to ServerInfo", "a second", rate["adit"], rate["derper"], noLimit, 0)
	b.figures.add("handshake: processor time", "µs", work["adit"], work["derper"], noLimit, 0)
	return nil
}

func comeAndGo(address string, length time.Duration) (float64, error) {
	var done atomic.Int64
	until := time.Now().Add(length)
	failures := make(chan error)
	const atOnce = 32
	for range atOnce {
		go func() {
			for time.Now().Before(until) {
				c, err := connect(address)
				if err != nil {
					failures <- err
					return
				}
				c.close()
				done.Add(1)
			}
			failures <- nil
		}()
	}
	var failure error
	for range atOnce {
		failure = errors.Join(failure, <-failures)
	}
	return float64(done.Load()), failure
}

// What connections that do nothing cost, and what is left when they have gone. A fresh server each time, so that
// nothing of earlier tables is in it.
func (b *bench) tableIdle() error {
	type one struct{ each, stays, files, all []float64 }
	seen := map[string]*one{"adit": {}, "derper": {}}
	for range b.options.idleRounds {
		for _, s := range b.both() {
			s.stop()
			if err := s.start(); err != nil {
				return err
			}
			mine := seen[s.name]
			// A few first, that everything is loaded.
			few, err := connectAll(s.address, 50, 8, time.Minute)
			if err != nil {
				return err
			}
			closeAll(few)
			time.Sleep(b.options.rest)
			before, files, err := s.memory()
			if err != nil {
				return err
			}
			clients, err := connectAll(s.address, b.options.clients, 128, 2*time.Minute)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			time.Sleep(b.options.rest)
			with, _, err := s.memory()
			if err != nil {
				return err
			}
			closeAll(clients)
			time.Sleep(b.options.after)
			left, filesLeft, err := s.memory()
			if err != nil {
				return err
			}
			count := float64(b.options.clients)
			mine.each = append(mine.each, (with-before)/count)
			mine.all = append(mine.all, with/(1<<20))
			mine.stays = append(mine.stays, (left-before)/count)
			mine.files = append(mine.files, filesLeft-files)
			fmt.Fprintf(os.Stderr, "  %s: resident %.0f MiB, with %d clients %.0f MiB, after they left %.0f MiB\n",
				s.name, before/(1<<20), b.options.clients, with/(1<<20), left/(1<<20))
		}
	}
	ours, theirs := seen["adit"], seen["derper"]
	clients := fmt.Sprintf("%s idle clients: ", number(float64(b.options.clients)))
	b.figures.add(clients+"resident memory for each", "bytes", ours.each, theirs.each, atMost, idleBytes)
	b.figures.add(clients+"resident in all", "MiB", ours.all, theirs.all, noLimit, 0)
	b.figures.add(clients+"what stays of each after it left", "bytes", ours.stays, theirs.stays, atMost, staysBytes)
	b.figures.add(clients+"descriptors that stay", "of all", ours.files, theirs.files, atMost, 0)
	return nil
}

func (s *server) memory() (resident, files float64, err error) {
	resident, err = s.resident()
	if err != nil {
		return 0, 0, err
	}
	files, err = s.descriptors()
	return resident, files, err
}

// A server is killed and started again under its clients.
func (b *bench) tableReconnect() error {
	back := map[string][]float64{}
	for range b.options.idleRounds {
		for _, s := range b.both() {
			s.stop()
			if err := s.start(); err != nil {
				return err
			}
			clients, err := connectAll(s.address, b.options.clients, 128, 2*time.Minute)
			if err != nil {
				return err
			}
			s.stop()
			closeAll(clients)
			began := time.Now()
			if err := s.start(); err != nil {
				return err
			}
			clients, err = connectAll(s.address, b.options.clients, 1024, 3*time.Minute)
			if err != nil {
				return err
			}
			back[s.name] = append(back[s.name], time.Since(began).Seconds())
			closeAll(clients)
		}
	}
	b.figures.add(fmt.Sprintf("%s clients back after a restart", number(float64(b.options.clients))), "s",
		back["adit"], back["derper"], atMost, backSeconds)
	return nil
}

// What a packet costs the garbage collector.
func (b *bench) tableAllocation() error {
	s := b.ours
	for _, pairs := range b.options.pairs {
		ceiling, err := b.known(s, pairs)
		if err != nil {
			return err
		}
		s.stop() // numbers are printed in larger units when they are large
		if err := s.start(); err != nil {
			return err
		}
		l, err := newLoad(s.address, pairs, b.options.train)
		if err != nil {
			return err
		}
		if _, err := l.run(ceiling/2, 0, b.options.warmUp, 0, func() {}); err != nil {
			return err
		}
		l.settle()
		before, err := s.allocated(b.options.jcmd)
		if err != nil {
			return err
		}
		delivered := l.delivered
		if _, err := l.run(ceiling/2, 0, 2*b.options.length, 0, func() {}); err != nil {
			return err
		}
		l.settle()
		after, err := s.allocated(b.options.jcmd)
		if err != nil {
			return err
		}
		packets := float64(l.delivered-delivered) / frameBytes
		l.close()
		b.figures.add(fmt.Sprintf("%d pairs: allocated for each packet", pairs), "bytes",
			[]float64{(after - before) / packets}, nil, atMost, freeBytes)
	}
	return nil
}
