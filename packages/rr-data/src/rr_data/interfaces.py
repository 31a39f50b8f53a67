"""What other packages may import from rr-data; everything else may change without notice."""

from __future__ import annotations

from rr_data.columns import Columns
from rr_data.errors import DataError
from rr_data.evidence.horizon import EvidenceHorizon, evidence_horizon
from rr_data.evidence.levels import LEVELS
from rr_data.manifest import Manifest, item_map_checksum
from rr_data.prepared import PreparedDataset
from rr_data.prompts.evidence import EvidenceNoise, build_traces, check_honest
from rr_data.prompts.item_tokens import item_code, item_token
from rr_data.prompts.render import Prompt, evidence_text, render_prompt
from rr_data.prompts.sft import completion_messages, sft_rows, to_dataset, write_sft_rows
from rr_data.prompts.templates import PromptTemplate, templates
from rr_data.prompts.trace import ANSWER, Trace, trace_vocabulary
from rr_data.prompts.user_description import describe_user
from rr_data.prompts.verbalizer import parse_verbalized, verbalize
from rr_data.sequences import Sequences

__all__ = [
    "ANSWER",
    "LEVELS",
    "Columns",
    "DataError",
    "EvidenceHorizon",
    "EvidenceNoise",
    "Manifest",
    "PreparedDataset",
    "Prompt",
    "PromptTemplate",
    "Sequences",
    "Trace",
    "build_traces",
    "check_honest",
    "completion_messages",
    "describe_user",
    "evidence_horizon",
    "evidence_text",
    "item_code",
    "item_map_checksum",
    "item_token",
    "parse_verbalized",
    "render_prompt",
    "sft_rows",
    "templates",
    "to_dataset",
    "trace_vocabulary",
    "verbalize",
    "write_sft_rows",
]
