"""Every table of the store, in SQLAlchemy Core; the facts come from their contracts."""

from data_access.schema.backups import restores as restores
from data_access.schema.base import METADATA as METADATA
from data_access.schema.base import SQL_TYPES as SQL_TYPES
from data_access.schema.quality import quality_sheets as quality_sheets
from data_access.schema.paths import happy_path_versions as happy_path_versions
from data_access.schema.paths import happy_paths as happy_paths
from data_access.schema.paths import path_discoveries as path_discoveries
from data_access.schema.paths import path_ticks as path_ticks
from data_access.schema.tables import FACT_TABLES as FACT_TABLES
from data_access.schema.tables import account_moves as account_moves
from data_access.schema.tables import account_scores as account_scores
from data_access.schema.tables import audit_log as audit_log
from data_access.schema.tables import content as content
from data_access.schema.tables import exceptions as exceptions
from data_access.schema.tables import import_rejects as import_rejects
from data_access.schema.tables import imports as imports
from data_access.schema.tables import notes as notes
from data_access.schema.tables import playbooks as playbooks
from data_access.schema.tables import pulses as pulses
from data_access.schema.tables import saved_views as saved_views
from data_access.schema.tables import settings as settings
from data_access.schema.tables import snapshot_frames as snapshot_frames
from data_access.schema.tables import snapshots as snapshots
from data_access.schema.tables import tasks as tasks
from data_access.schema.tables import usage_events as usage_events
from data_access.schema.tables import usage_files as usage_files
