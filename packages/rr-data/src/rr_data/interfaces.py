"""What other packages may import from rr-data; everything else may change without notice."""

from __future__ import annotations

from rr_data.columns import Columns
from rr_data.errors import DataError
from rr_data.evidence.horizon import EvidenceHorizon, evidence_horizon
from rr_data.evidence.levels import LEVELS
from rr_data.manifest import Manifest, item_map_checksum
from rr_data.prepared import Part, PreparedDataset
from rr_data.prompts.answer_words import AnswerWords, answer_words
from rr_data.prompts.completion import completion_messages, read_completion, text_completion
from rr_data.prompts.evidence import build_traces, check_honest
from rr_data.prompts.evidence_noise import EvidenceNoise
from rr_data.prompts.evidence_text import evidence_text, probability_text
from rr_data.prompts.honesty import HonestyGap, honesty_gaps, refuse_dishonest
from rr_data.prompts.item_tokens import item_code, item_token
from rr_data.prompts.lazy_rows import LazyRows
from rr_data.prompts.mixture import mixture
from rr_data.prompts.query_table import write_queries
from rr_data.prompts.question_rows import question_rows
from rr_data.prompts.render import Prompt, render_prompt
from rr_data.prompts.sft import sequential_rows, sft_rows
from rr_data.prompts.sft_table import to_dataset, write_sft_rows
from rr_data.prompts.task_queries import TaskQueries
from rr_data.prompts.task_traces import build_click_traces, trace_queries
from rr_data.prompts.template_file import load_answer_words, load_templates
from rr_data.prompts.templates import PromptTemplate, templates
from rr_data.prompts.tool_answers import ToolAnswers, answers_from_predictions
from rr_data.prompts.trace import ANSWER, Trace, trace_vocabulary
from rr_data.prompts.trace_table import write_trace_table
from rr_data.prompts.trace_training import TracedQueries, trace_training
from rr_data.prompts.training_rows import available_tasks, training_queries, training_rows
from rr_data.prompts.user_description import describe_user
from rr_data.prompts.verbalizer import parse_verbalized, verbalize
from rr_data.sequences import Sequences

__all__ = [
    "ANSWER",
    "LEVELS",
    "AnswerWords",
    "Columns",
    "DataError",
    "EvidenceHorizon",
    "EvidenceNoise",
    "HonestyGap",
    "LazyRows",
    "Manifest",
    "Part",
    "PreparedDataset",
    "Prompt",
    "PromptTemplate",
    "Sequences",
    "TaskQueries",
    "ToolAnswers",
    "Trace",
    "TracedQueries",
    "answer_words",
    "answers_from_predictions",
    "available_tasks",
    "build_click_traces",
    "build_traces",
    "check_honest",
    "completion_messages",
    "describe_user",
    "evidence_horizon",
    "evidence_text",
    "honesty_gaps",
    "item_code",
    "item_map_checksum",
    "item_token",
    "load_answer_words",
    "load_templates",
    "mixture",
    "parse_verbalized",
    "probability_text",
    "question_rows",
    "read_completion",
    "refuse_dishonest",
    "render_prompt",
    "sequential_rows",
    "sft_rows",
    "templates",
    "text_completion",
    "to_dataset",
    "trace_queries",
    "trace_training",
    "trace_vocabulary",
    "training_queries",
    "training_rows",
    "verbalize",
    "write_queries",
    "write_sft_rows",
    "write_trace_table",
]
