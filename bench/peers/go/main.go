// One MSK token of the Go signer, with the credentials of the environment: printed. With a number of tokens as the argument, that
// many of credentials at hand after as many for warm-up, and the microseconds of CPU time that one of them cost are printed.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"syscall"

	"github.com/aws/aws-msk-iam-sasl-signer-go/signer"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

const region = "us-east-1"

func main() {
	if len(os.Args) < 2 {
		fmt.Println(checked(signer.GenerateAuthToken(context.Background(), region)))
		return
	}
	tokens, err := strconv.Atoi(os.Args[1])
	if err != nil {
		fail(err)
	}
	prepared := credentials.NewStaticCredentialsProvider(
		os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SESSION_TOKEN"))
	many(tokens, prepared)
	begin := cpuMicros()
	many(tokens, prepared)
	fmt.Println((cpuMicros() - begin) / float64(tokens))
}

func many(tokens int, prepared aws.CredentialsProvider) {
	for i := 0; i < tokens; i++ {
		checked(signer.GenerateAuthTokenFromCredentialsProvider(context.Background(), region, prepared))
	}
}

func checked(token string, _ int64, err error) string {
	if err != nil {
		fail(err)
	}
	return token
}

// All threads, the garbage collector's too.
func cpuMicros() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fail(err)
	}
	micros := func(t syscall.Timeval) float64 { return float64(t.Sec)*1e6 + float64(t.Usec) }
	return micros(usage.Utime) + micros(usage.Stime)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
