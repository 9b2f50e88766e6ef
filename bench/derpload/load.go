package main

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"sort"
	"syscall"
	"time"
	"unsafe"
)

const (
	dataBytes  = 1400
	frameBytes = headerBytes + keyBytes + dataBytes

	tickNanos  = 50_000 // between two looks at what is due: traffic comes in small bursts
	mostAtOnce = 32     // frames in one write
	readBytes  = 1 << 18

	epollPwait2 = 441 // of Linux on every architecture

	// Where our own data stand in a packet, behind what looks like a WireGuard data packet's header.
	flagAt = headerBytes + keyBytes + 16
	timeAt = flagAt + 8
	ask    = 1
	answer = 2
)

// Traffic of pairs of clients, each one way: packets of 1400 bytes, each in a TLS record of its own, as clients
// send them, some at once. One thread, which rests between two looks: the other processor may be the same core's.
type load struct {
	pairs  []pair
	train  int64 // packets that one pair sends at once, as an interface with segmentation offload hands them over
	window int64 // packets of a pair that are under way at all times, instead of a rate; 0 for a rate
	epoll  int
	events []syscall.EpollEvent
	buffer []byte
	by     map[int32]*client
	peers  map[int32][keyBytes]byte

	decrypts  bool
	delivered uint64 // bytes of frames
	samples   []time.Duration
	broken    error
	ended     int // connections that the server has ended
}

type pair struct {
	from, to *client
	frame    []byte // with the content type behind it
	next     int64  // when its next packet is due, ns
	backlog  int64
	count    uint64
}

func newLoad(address string, pairs, train int) (*load, error) {
	clients, err := connectAll(address, 2*pairs, 16, 60*time.Second)
	if err != nil {
		return nil, err
	}
	l := &load{
		train:  int64(train),
		events: make([]syscall.EpollEvent, 512),
		buffer: make([]byte, readBytes),
		by:     map[int32]*client{},
		peers:  map[int32][keyBytes]byte{},
	}
	if l.epoll, err = syscall.EpollCreate1(0); err != nil {
		return nil, err
	}
	for i := 0; i < len(clients); i += 2 {
		from, to := clients[i], clients[i+1]
		l.pairs = append(l.pairs, pair{from: from, to: to, frame: sendFrame(to.public)})
		for _, c := range []*client{from, to} {
			c.out = make([]byte, 0, (mostAtOnce+64)*(frameBytes+headerBytes+tagBytes+1))
			l.by[int32(c.fd)] = c
			event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(c.fd)}
			if err := syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_ADD, c.fd, &event); err != nil {
				return nil, err
			}
		}
		l.peers[int32(to.fd)] = from.public
	}
	return l, nil
}

func sendFrame(to [keyBytes]byte) []byte {
	frame := make([]byte, frameBytes+1)
	frame[0] = typeSend
	binary.BigEndian.PutUint32(frame[1:], keyBytes+dataBytes)
	copy(frame[headerBytes:], to[:])
	frame[headerBytes+keyBytes] = 4 // a data packet of WireGuard
	frame[frameBytes] = appData
	return frame
}

func (l *load) close() {
	for _, c := range l.by {
		c.close()
	}
	syscall.Close(l.epoll)
}

// What one run of some seconds gave.
type result struct {
	offered   float64 // packets a second
	sent      float64
	delivered float64
	elapsed   time.Duration
	rtt       []time.Duration // sorted
}

func (r result) arrived() float64 { return r.delivered / r.offered }

func (r result) quantile(q float64) time.Duration {
	if len(r.rtt) == 0 {
		return 0
	}
	return r.rtt[min(len(r.rtt)-1, int(q*float64(len(r.rtt))))]
}

// Offers `rate` packets a second, first unmeasured for `warm`. Between the two, `begin` is called.
//
// What a connection does not take when it is due waits for it, but at most some packets: what is beyond was
// offered, and is not delivered.
//
// @param asks how many packets a second shall be answered by their receivers, for round trips; 0 for none
func (l *load) run(rate float64, warm, length time.Duration, asks float64, begin func()) (result, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	l.decrypts = l.decrypts || asks > 0 // having begun to skip, the count of records is kept
	gap := float64(len(l.pairs)) * float64(l.train) / rate * 1e9
	askEach := uint64(0)
	if asks > 0 {
		askEach = max(1, uint64(rate/asks))
	}
	syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_TIMERSLACK, 1, 0)
	start := nanos()
	for i := range l.pairs {
		l.pairs[i].next = start + int64(gap*float64(i)/float64(len(l.pairs)))
		l.pairs[i].backlog = 0
	}
	from := start + int64(warm)
	to := from + int64(length)
	measuring := false
	var offered, sent, before uint64
	tick := start
	for now := start; now < to && l.broken == nil; now = nanos() {
		if !measuring && now >= from {
			measuring, offered, sent, before = true, 0, 0, l.delivered
			from = now
			l.samples = l.samples[:0]
			begin()
		}
		if l.window > 0 {
			for i := range l.pairs {
				done := l.pairs[i].fill(l.window)
				offered += done
				sent += done
			}
			tick = now + tickNanos
		} else if now >= tick {
			for i := range l.pairs {
				due, done := l.pairs[i].offer(now, gap, l.train, askEach)
				offered += due
				sent += done
			}
			tick = max(tick+tickNanos, now)
		}
		l.receive(tick - nanos())
	}
	elapsed := time.Duration(nanos() - from)
	if l.broken != nil {
		return result{}, l.broken
	}
	r := result{
		offered:   float64(offered) / elapsed.Seconds(),
		sent:      float64(sent) / elapsed.Seconds(),
		delivered: float64(l.delivered-before) / frameBytes / elapsed.Seconds(),
		elapsed:   elapsed,
		rtt:       append([]time.Duration(nil), l.samples...),
	}
	sort.Slice(r.rtt, func(i, j int) bool { return r.rtt[i] < r.rtt[j] })
	return r, nil
}

// Lets what is under way arrive, so that it does not count for the next run.
func (l *load) settle() {
	for last := time.Now(); time.Since(last) < 100*time.Millisecond && l.broken == nil; {
		before := l.delivered
		l.receive(tickNanos)
		for i := range l.pairs {
			l.pairs[i].from.flush()
		}
		if l.delivered != before {
			last = time.Now()
		}
	}
}

func (p *pair) offer(now int64, gap float64, train int64, askEach uint64) (offered, sent uint64) {
	if late := now - p.next; late >= 0 {
		n := 1 + int64(float64(late)/gap)
		p.next += int64(float64(n) * gap)
		offered = uint64(n * train)
		p.backlog += n * train
	}
	if p.backlog == 0 && len(p.from.out) == 0 {
		return
	}
	if p.from.flush() {
		n := min(p.backlog, mostAtOnce)
		for range n {
			p.count++
			flag := byte(0)
			if askEach != 0 && p.count%askEach == 0 {
				flag = ask
				binary.LittleEndian.PutUint64(p.frame[timeAt:], uint64(now))
			}
			p.frame[flagAt] = flag
			p.from.out = p.from.write.seal(p.from.out, p.frame)
		}
		p.backlog -= n
		sent = uint64(n)
		p.from.flush()
	}
	p.backlog = min(p.backlog, mostAtOnce)
	return
}

// Sends what is missing of `window` packets under way: as a TCP connection through the tunnel does.
func (p *pair) fill(window int64) uint64 {
	if !p.from.flush() {
		return 0
	}
	n := min(window-int64(p.count-p.to.received/frameBytes), mostAtOnce)
	if n <= 0 {
		return 0
	}
	for range n {
		p.count++
		p.from.out = p.from.write.seal(p.from.out, p.frame)
	}
	p.from.flush()
	return uint64(n)
}

// Writes what is sealed; true if the connection took all of it.
func (c *client) flush() bool {
	if c.sent < len(c.out) {
		rest := c.out[c.sent:]
		n, _, failure := syscall.RawSyscall(
			syscall.SYS_WRITE, uintptr(c.fd), uintptr(unsafe.Pointer(&rest[0])), uintptr(len(rest)))
		if failure == 0 {
			c.sent += int(n)
		}
	}
	if c.sent < len(c.out) {
		return false
	}
	c.out, c.sent = c.out[:0], 0
	return true
}

// Reads what is there, or waits so long for something.
func (l *load) receive(nanos int64) {
	patience := syscall.NsecToTimespec(max(0, nanos))
	n, _, failure := syscall.RawSyscall6(epollPwait2, uintptr(l.epoll), uintptr(unsafe.Pointer(&l.events[0])),
		uintptr(len(l.events)), uintptr(unsafe.Pointer(&patience)), 0, 0)
	if failure != 0 {
		return // interrupted
	}
	for _, event := range l.events[:n] {
		c := l.by[event.Fd]
		kept := copy(l.buffer, c.in)
		c.in = c.in[:0]
		got, _, failure := syscall.RawSyscall(syscall.SYS_READ, uintptr(c.fd),
			uintptr(unsafe.Pointer(&l.buffer[kept])), uintptr(len(l.buffer)-kept))
		if failure != 0 || got == 0 {
			if failure != syscall.EAGAIN {
				l.ended++ // what is offered there is lost
				syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_DEL, c.fd, nil)
			}
			continue
		}
		if l.decrypts {
			l.decrypt(c, l.buffer[:kept+int(got)])
		} else {
			clear := c.skip(l.buffer[:got])
			c.received += clear
			l.delivered += clear
		}
	}
}

// Counts the bytes inside the records without looking at them.
func (c *client) skip(bytes []byte) (clear uint64) {
	for len(bytes) > 0 {
		if c.bodyLeft > 0 {
			n := min(c.bodyLeft, len(bytes))
			c.bodyLeft -= n
			bytes = bytes[n:]
			continue
		}
		n := copy(c.header[c.headerLen:], bytes)
		c.headerLen += n
		bytes = bytes[n:]
		if c.headerLen == headerBytes {
			c.headerLen = 0
			c.bodyLeft = int(binary.BigEndian.Uint16(c.header[3:]))
			c.read.count++
			clear += uint64(c.bodyLeft - tagBytes - 1)
		}
	}
	return clear
}

func (l *load) decrypt(c *client, bytes []byte) {
	for len(bytes) >= headerBytes {
		end := headerBytes + int(binary.BigEndian.Uint16(bytes[3:]))
		if end > len(bytes) {
			break
		}
		clear, err := c.read.open(bytes[:end])
		if err != nil {
			l.broken = fmt.Errorf("a record cannot be opened: %w", err)
			return
		}
		if clear[len(clear)-1] == appData {
			c.clear = append(c.clear, clear[:len(clear)-1]...)
		}
		bytes = bytes[end:]
	}
	c.in = append(c.in, bytes...)
	rest := c.clear
	for len(rest) >= headerBytes {
		end := headerBytes + int(binary.BigEndian.Uint32(rest[1:]))
		if end > len(rest) {
			break
		}
		l.frame(c, rest[:end])
		rest = rest[end:]
	}
	c.clear = c.clear[:copy(c.clear, rest)]
}

func (l *load) frame(c *client, frame []byte) {
	if frame[0] != typeRecv || len(frame) != frameBytes {
		return
	}
	switch frame[flagAt] {
	case answer:
		sent := int64(binary.LittleEndian.Uint64(frame[timeAt:]))
		l.samples = append(l.samples, time.Duration(nanos()-sent))
	case ask:
		back := sendFrame(l.peers[int32(c.fd)])
		back[flagAt] = answer
		copy(back[timeAt:timeAt+8], frame[timeAt:])
		c.flush()
		c.out = c.write.seal(c.out, back)
		c.flush()
		fallthrough
	default:
		l.delivered += frameBytes
	}
}

var began = time.Now()

func nanos() int64 { return int64(time.Since(began)) }
