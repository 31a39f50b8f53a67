"""Observers for OpenTelemetry and Prometheus; needs the extra `telemetry`."""
