package main

import (
	"io"
	"net"
	"net/http"
)

// proxy TARGET [USER:PASSWORD in base64]: an HTTP proxy on loopback that connects everybody to TARGET, whatever name
// they ask for, and tells what they asked for.
func httpProxy(words []string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	say(object{"listening": listener.Addr().String()})
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		authorization := r.Header.Get("Proxy-Authorization")
		say(object{"method": r.Method, "target": r.RequestURI, "authorized": len(words) < 2 || authorization == "Basic "+words[1]})
		if r.Method != http.MethodConnect || len(words) > 1 && authorization != "Basic "+words[1] {
			http.Error(w, "refused", http.StatusProxyAuthRequired)
			return
		}
		there, err := net.Dial("tcp", words[0])
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		here, buffered, err := w.(http.Hijacker).Hijack()
		if err != nil {
			there.Close()
			return
		}
		io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { io.Copy(there, buffered); there.Close() }()
		io.Copy(here, there)
		here.Close()
	})}
	go server.Serve(listener)
	return read(func(object) {})
}
