package main

import (
	"os"

	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"percorso/internal/codec"
	"percorso/internal/config"
)

// newLog makes a process's log: JSON lines on standard error, none left out.
func newLog(process string) *zap.Logger {
	encoder := zap.NewProductionEncoderConfig()
	encoder.TimeKey, encoder.EncodeTime = "time", zapcore.RFC3339NanoTimeEncoder
	encoder.EncodeDuration = zapcore.MillisDurationEncoder
	core := zapcore.NewCore(zapcore.NewJSONEncoder(encoder), zapcore.Lock(os.Stderr), zap.InfoLevel)
	return zap.New(core).With(zap.String("process", process))
}

// dialTemporal makes a client that encrypts. It connects when it is first used,
// so that a process starts while Temporal is away.
func dialTemporal(p config.Processes, log *zap.Logger) (client.Client, error) {
	keys, err := codec.New(p.Keys)
	if err != nil {
		return nil, err
	}
	options := p.Options
	options.DataConverter, options.FailureConverter = keys.DataConverter(), keys.FailureConverter()
	options.Logger = temporalLog{log.Named("temporal").Sugar()}
	return client.NewLazyClient(options)
}

// temporalLog gives the SDK our log.
type temporalLog struct{ *zap.SugaredLogger }

func (l temporalLog) Debug(msg string, pairs ...any) { l.Debugw(msg, pairs...) }
func (l temporalLog) Info(msg string, pairs ...any)  { l.Infow(msg, pairs...) }
func (l temporalLog) Warn(msg string, pairs ...any)  { l.Warnw(msg, pairs...) }
func (l temporalLog) Error(msg string, pairs ...any) { l.Errorw(msg, pairs...) }
