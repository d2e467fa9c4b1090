"""The 32 indicators in the order of the standard, and where each comes from."""

INDICATORS = (
    "supplier_access_control_rate", "customer_access_fulfilment_rate",
    "information_integrity_rate", "confidentiality_mechanism", "leakage_free",
    "service_item_completeness", "major_incident_free", "incident_control_rate",
    "on_time_recovery_rate", "service_availability", "emergency_readiness",
    "staff_stability", "contact_connection_rate", "report_on_time_rate",
    "first_contact_resolution_rate", "resolution_rate", "record_traceability",
    "timely_response_rate", "timely_resolution_rate", "interaction_mechanism",
    "report_submission_rate", "complaint_handling_rate",
    "deliverable_presentation", "tool_professionalism", "process_professionalism",
    "staff_professionalism", "compliance",
    "proactive_monitoring", "proactive_trend_analysis", "proactive_service_introduction",
    "demand_flexibility", "service_courtesy")

# Each characteristic goes on to the first indicator of the next one.
CHARACTERISTICS = {
    "security": INDICATORS[:5], "reliability": INDICATORS[5:17],
    "responsiveness": INDICATORS[17:22], "tangibility": INDICATORS[22:27],
    "friendliness": INDICATORS[27:]}

STAFF = "staff_professionalism"
MEASURED = (
    "supplier_access_control_rate", "customer_access_fulfilment_rate",
    "service_item_completeness", "staff_stability", STAFF)
ASSESSED = (
    "confidentiality_mechanism", "emergency_readiness", "record_traceability",
    "interaction_mechanism", "deliverable_presentation", "tool_professionalism",
    "process_professionalism", "compliance", "proactive_monitoring",
    "proactive_trend_analysis", "proactive_service_introduction", "demand_flexibility",
    "service_courtesy")
AVAILABILITY = "service_availability"
REPORTS = ("report_on_time_rate", "report_submission_rate")
MAJOR = "major_incident_free"
CONTROL = "incident_control_rate"
LEAKAGE = "leakage_free"
INTEGRITY = "information_integrity_rate"
CONNECTION = "contact_connection_rate"
TICKETS = (
    "on_time_recovery_rate", "first_contact_resolution_rate", "resolution_rate",
    "timely_response_rate", "timely_resolution_rate", "complaint_handling_rate")
LISTED = TICKETS + (MAJOR, CONTROL)
