package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	serverCPU = 0
	driverCPU = 1

	tick = 10 * time.Millisecond // USER_HZ
)

// A relay under test, alone on its processor.
type server struct {
	name    string
	command []string
	env     []string
	address string
	log     string
	process *exec.Cmd
}

// Each with a folder of its own below `work`.
func newServers(work, adit, derper string) (ours, theirs *server, err error) {
	var ports [3]string
	for i := range ports {
		if ports[i], err = freePort(); err != nil {
			return nil, nil, err
		}
	}
	a, d := filepath.Join(work, "adit"), filepath.Join(work, "derper")
	for _, folder := range []string{a, d} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			return nil, nil, err
		}
	}
	ours = &server{
		name:    "adit",
		address: ports[0],
		log:     filepath.Join(work, "adit.log"),
		env:     []string{"ADIT_BUILD=never"},
		command: []string{adit, "relay", "--open", "--name=bench", "--listen=" + ports[0], "--stun=" + ports[1],
			"--address=127.0.0.1", "--state-dir=" + a, "--run-dir=" + a},
	}
	theirs = &server{
		name:    "derper",
		address: ports[2],
		log:     filepath.Join(work, "derper.log"),
		command: []string{derper, "-a=" + ports[2], "-hostname=127.0.0.1", "-certmode=manual", "-certdir=" + d,
			"-c=" + filepath.Join(d, "derper.json"), "-http-port=-1", "-stun=false"},
	}
	return ours, theirs, nil
}

func freePort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

// Starts it and waits until it admits a client.
func (s *server) start() error {
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	s.process = exec.Command("taskset", append([]string{"-c", strconv.Itoa(serverCPU)}, s.command...)...)
	s.process.Env = append(os.Environ(), s.env...)
	s.process.Stdout, s.process.Stderr = log, log
	s.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.process.Start(); err != nil {
		return err
	}
	for until := time.Now().Add(60 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		c, err := connect(s.address)
		if err == nil {
			c.close()
			return nil
		}
		if s.process.ProcessState != nil || time.Now().After(until) {
			return fmt.Errorf("%s does not serve: %w; its log: %s", s.name, err, s.log)
		}
	}
}

func (s *server) stop() {
	if s.process != nil {
		s.process.Process.Kill()
		s.process.Wait()
		s.process = nil
	}
}

func (s *server) file(name string) string {
	return fmt.Sprintf("/proc/%d/%s", s.process.Process.Pid, name)
}

// Processor time of all its threads until now, as exact as the scheduler's own accounts.
func (s *server) cpu() (time.Duration, error) {
	files, err := filepath.Glob(s.file("task/*/schedstat"))
	if err != nil || len(files) == 0 {
		return 0, fmt.Errorf("%s has ended: %w", s.name, errors.Join(err))
	}
	var sum time.Duration
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // a thread that has just ended
		}
		nanos, err := strconv.ParseInt(strings.Fields(string(text))[0], 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(nanos)
	}
	return sum, nil
}

// Bytes of memory in use.
func (s *server) resident() (float64, error) {
	text, err := os.ReadFile(s.file("status"))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, found := strings.CutPrefix(line, "VmRSS:"); found {
			kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return 1024 * kib, err
		}
	}
	return 0, errors.New("no VmRSS")
}

func (s *server) descriptors() (float64, error) {
	files, err := os.ReadDir(s.file("fd"))
	return float64(len(files)), err
}

// What one processor did until now for processes, and what other virtual machines took of it. Interrupts are
// left out: those of the loopback device are the server's own packets.
func busy(cpu int) (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	prefix := fmt.Sprintf("cpu%d ", cpu)
	for line := range bytes.Lines(text) {
		if rest, found := bytes.CutPrefix(line, []byte(prefix)); found {
			var ticks time.Duration
			fields := strings.Fields(string(rest)) // user nice system idle iowait irq softirq steal
			for _, i := range []int{0, 1, 2, 7} {
				n, err := strconv.Atoi(fields[i])
				if err != nil {
					return 0, err
				}
				ticks += time.Duration(n)
			}
			return ticks * tick, nil
		}
	}
	return 0, fmt.Errorf("no processor %d", cpu)
}

// How much a server, and others on its processor, did since some moment.
type watch struct {
	server     *server
	began      time.Time
	own, all   time.Duration
	driverBusy time.Duration
}

func watchFrom(s *server) (w watch, err error) {
	w = watch{server: s, began: time.Now()}
	var failures [3]error
	w.own, failures[0] = s.cpu()
	w.all, failures[1] = busy(serverCPU)
	w.driverBusy, failures[2] = busy(driverCPU)
	return w, errors.Join(failures[:]...)
}

// What happened on the server's processor.
type usage struct {
	own    time.Duration
	share  float64 // of the processor, by the server
	others float64 // of the processor, by anybody else
}

func (w watch) until() (usage, error) {
	now, err := watchFrom(w.server)
	if err != nil {
		return usage{}, err
	}
	length := now.began.Sub(w.began)
	own := now.own - w.own
	return usage{
		own:    own,
		share:  own.Seconds() / length.Seconds(),
		others: max(0, (now.all-w.all-own).Seconds()/length.Seconds()),
	}, nil
}

// Bytes that the Java machine's event loops have allocated until now, as it tells of its threads.
func (s *server) allocated(jcmd string) (float64, error) {
	out, err := exec.Command(jcmd, strconv.Itoa(s.process.Process.Pid), "Thread.print", "-e").Output()
	if err != nil {
		return 0, fmt.Errorf("jcmd: %w", err)
	}
	var sum float64
	threads := 0
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, `"proven`) && !strings.HasPrefix(line, `"front-door`) {
			continue
		}
		for word := range strings.FieldsSeq(line) {
			if text, found := strings.CutPrefix(word, "allocated="); found {
				n, err := bytesOf(text)
				if err != nil {
					return 0, err
				}
				sum += n
				threads++
			}
		}
	}
	if threads == 0 {
		return 0, errors.New("jcmd tells of no event loop")
	}
	return sum, nil
}

// Reads `123B`, `45K`, `6M`, `7G`.
func bytesOf(text string) (float64, error) {
	unit := map[byte]float64{'B': 1, 'K': 1 << 10, 'M': 1 << 20, 'G': 1 << 30}[text[len(text)-1]]
	if unit == 0 {
		return 0, fmt.Errorf("allocated=%s: unknown unit", text)
	}
	n, err := strconv.ParseFloat(text[:len(text)-1], 64)
	return n * unit, err
}
