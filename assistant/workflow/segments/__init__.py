"""A draft in segments: cut while it is written, continued by another tier, and let out. Pure."""

from assistant.workflow.segments.gate import Segment, SegmentGate, Unit
from assistant.workflow.segments.outlet import Outlet, sent_of
from assistant.workflow.segments.seam import Seam

__all__ = ["Outlet", "Seam", "Segment", "SegmentGate", "Unit", "sent_of"]
