package standalone

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

// probeClient opens a connection for each probe, so that no probe is answered by a process that ended.
var probeClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// answers probes for 200 or 204.
func answers(address string) func(context.Context) error {
	return func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		response, err := probeClient.Do(request)
		if err != nil {
			return err
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK && response.StatusCode != http.StatusNoContent {
			return fmt.Errorf("%s answers %s", address, response.Status)
		}
		return nil
	}
}

func listens(address string) func(context.Context) error {
	return func(ctx context.Context) error {
		var dialer net.Dialer
		connection, err := dialer.DialContext(ctx, "tcp", address)
		if err != nil {
			return err
		}
		return connection.Close()
	}
}

func both(first, second func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error { return errors.Join(first(ctx), second(ctx)) }
}

// temporalAnswers asks for a run that does not exist: only a server whose inner services all know the
// namespace, which each of them learns some time after its registration, can say so.
func temporalAnswers(address string) func(context.Context) error {
	return func(ctx context.Context) error {
		connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			return err
		}
		defer func() { _ = connection.Close() }()
		_, err = workflowservice.NewWorkflowServiceClient(connection).DescribeWorkflowExecution(ctx,
			&workflowservice.DescribeWorkflowExecutionRequest{
				Namespace: namespace,
				Execution: &common.WorkflowExecution{WorkflowId: "probe"},
			})
		var missing *serviceerror.NotFound
		if err := serviceerror.FromStatus(status.Convert(err)); !errors.As(err, &missing) {
			return fmt.Errorf("probe: %w", err)
		}
		return nil
	}
}
