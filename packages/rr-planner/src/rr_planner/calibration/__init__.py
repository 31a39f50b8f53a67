"""From past outcomes to confidences and thresholds that hold."""
