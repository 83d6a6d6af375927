//! Microsoft's program as dated tables, and the calendar.
