//! Service health: incidents, messages, issues that require action.
