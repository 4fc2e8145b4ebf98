package privacy

// jobs declares the tables of the job library (base/jobs). Arguments are ids
// and numbers only; base/jobs says so to whoever asks for a job.
func jobs(r *Registry) {
	const why = "job queue: kinds, ids and times"
	r.Plain("river_job", why, "id", "args", "attempt", "attempted_at", "attempted_by", "created_at", "errors", "finalized_at", "kind",
		"max_attempts", "metadata", "priority", "queue", "state", "scheduled_at", "tags", "unique_key", "unique_states")
	r.Plain("river_leader", why, "elected_at", "expires_at", "leader_id", "name")
	r.Plain("river_queue", why, "name", "created_at", "metadata", "paused_at", "updated_at")
	r.Plain("river_migration", why, "line", "version", "created_at")
	r.Plain("river_notification", why, "id", "created_at", "payload", "topic")
	// PostgreSQL only.
	r.Plain("river_client", why, "id", "created_at", "metadata", "paused_at", "updated_at")
	r.Plain("river_client_queue", why, "river_client_id", "name", "created_at", "max_workers", "metadata", "num_jobs_completed", "num_jobs_running", "updated_at")
}
