{#-
    Every var of the project, by what it may be. dbt_project.yml says what each means and what it is when nothing is said; a test holds the two lists
    together. Kinds: instant (UTC, YYYY-MM-DD HH:MM:SS), text, word (letters, digits and . _ / + -), words (a list of them; after a colon, which),
    one of, flag (true or false), count (a whole number from the first bound to the last), share (0 to 1), number (0 or more), counts, days, shares (lists),
    kept days by table ({table: days}), encodings by table ({table: encoding}).
    Null is no value, and allowed where dbt_project.yml has null.
-#}
{% macro declared_vars() -%}
    {%- set kinds = {
        'instant': [
            'as_of', 'earliest_time', 'demo_as_of', 'audit_from', 'learned_at',
        ],
        'text': [
            'raw_path', 'olist_path', 'leases_path', 'guest_salt', 'pair_permutation', 'shop_name',
        ],
        'word': [
            'raw_schema', 'raw_database', 'schema_prefix', 'default_channel', 'reporting_currency', 'review_destination', 'store_timezone', 'note_language', 'content_locale',
            'candidate_matrix', 'build_id', 'exploration_salt',
        ],
        'words: native olist': [
            'connectors',
        ],
        'connections': [
            'connections',
        ],
        'words': [
            'feeds_not_kept', 'columns_not_kept', 'demo_without', 'accept_shrink',
        ],
        'one of: dmy mdy': [
            'date_order',
        ],
        'one of: . ,': [
            'decimal_mark',
        ],
        'share': [
            'max_refused_share', 'margin_floor_share', 'transit_quantile', 'risk_judge_share', 'risk_max_drift', 'pair_max_false_share', 'rebuy_min_share',
            'experiment_min_reach', 'parity_tolerance', 'audience_max_shrink', 'max_shrink',
        ],
        'share 0.5': [
            'exploration_share',
        ],
        'words: live message calendar due': [
            'point_origins',
        ],
        'count 0': [
            'live_days', 'live_parcel_days', 'delivery_grace_days', 'handling_days', 'not_shipped_grace_days', 'stall_days', 'overdue_days',
            'not_received_days', 'status_error_days', 'transit_min_deliveries', 'transit_default_days', 'help_seeking_days',
            'report_cool_off_days', 'ticket_cool_off_days', 'satisfaction_days', 'risk_learning_days', 'risk_min_reviews',
            'risk_min_negatives', 'refund_due_days', 'returns_days', 'offer_again_days', 'channel_prior_messages', 'max_pause_days', 'bundle_wait_days', 'frequency_window_days',
            'frequency_max_messages', 'frequency_min_gap_hours', 'review_min_gap_days', 'review_ask_again_days', 'send_valid_hours',
            'pair_horizon_days', 'pair_max_lines', 'pair_min_customers', 'pair_min_support', 'pair_candidates_per_sku', 'supply_days',
            'rebuy_min_gaps', 'rebuy_calibration_min', 'watch_window_days', 'watch_small_action', 'experiment_pre_days',
            'experiment_min_events', 'experiment_evidence_events', 'experiment_prior_customers', 'experiment_plan_weeks',
            'audit_min_events', 'parity_window_days', 'parity_min_lines', 'policy_comparison_days', 'stale_fact_hours',
            'audience_min_change', 'next_skus_per_customer', 'next_panel_trips', 'next_panel_customers', 'next_popularity_days',
            'next_popularity_weeks', 'next_looks', 'next_calibration_min', 'next_popular_skus', 'tracking_reuse_days', 'tracking_early_days', 'max_shrink_rows',
        ],
        'one of: month quarter year': [
            'learning_step',
        ],
        'one of: day week': [
            'live_learning_step',
        ],
        'number': [
            'channel_response_worth', 'risk_threshold', 'risk_shrinkage', 'risk_category_shrinkage', 'risk_lift', 'pair_min_lift', 'pair_min_symmetry', 'substitute_min_co_adoption',
            'substitute_max_same_order', 'experiment_prior_lift', 'experiment_prior_lift_at_most', 'audience_max_growth',
        ],
        'count 1': [
            'max_accounts_per_address',
        ],
        'count 0 24': [
            'channel_opens_hour', 'channel_closes_hour',
        ],
        'flag': [
            'use_demo_shop', 'rebuy_by_unit', 'time_spine_enabled', 'accept_audience_change', 'accept_new_salt', 'accept_other_shop',
        ],
        'counts': [
            'rebuy_horizons_days', 'watch_horizons_days',
        ],
        'days': [
            'risk_ages',
        ],
        'shares': [
            'experiment_plan_shares',
        ],
        'kept days by table': [
            'rolling_days',
        ],
        'encodings by table: utf-8 utf-16 latin-1': [
            'csv_encodings',
        ],
    } -%}
    {%- set declared = {} -%}
    {%- for kind, names in kinds.items() -%}
        {%- for name in names -%}{%- do declared.update({name: kind}) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return(declared) }}
{%- endmacro %}

{#- Stops the build over a var that this project does not have or cannot take: a name mistyped is a setting that is not in force. -#}
{% macro check_declared_vars() -%}
    {%- set declared = post_purchase_gate.declared_vars() -%}
    {%- set faults = [] -%}
    {#- where another project installs this one, the other names are its own -#}
    {%- if project_name == 'post_purchase_gate' -%}
        {%- for name in (invocation_args_dict.get('vars') or {}) if name not in declared -%}
            {%- if not modules.re.match('^raw_[a-z_]+_identifier$', name) -%}
                {%- do faults.append("There is no var '" ~ name ~ "'." ~ post_purchase_gate.near_match(name, declared)) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for name, kind in declared.items() -%}
        {%- set value = var(name, none) -%}
        {%- if value is not none and not post_purchase_gate.is_of_kind(value, kind) -%}
            {%- do faults.append("var " ~ name ~ " is " ~ ("'" ~ value ~ "'" if value is string else value | tojson) ~ ": it has to be " ~ post_purchase_gate.kind_in_words(kind) ~ ".") -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if faults -%}
        {{ exceptions.raise_compiler_error(faults | join(" ") ~ " dbt_project.yml lists the vars and what they mean.") }}
    {%- endif -%}
{%- endmacro %}

{#- A var that is a list. Parsing goes through lists before a build's first step checks the vars: what is none says so here, in the same words. -#}
{% macro list_var(name) -%}
    {%- set value = var(name) -%}
    {%- if value is not sequence -%}{%- do post_purchase_gate.check_declared_vars() -%}{%- endif -%}
    {{ return(value) }}
{%- endmacro %}

{#- The declared name that shares most pairs of letters with a name, if any is near. -#}
{% macro near_match(name, declared) -%}
    {%- set best = namespace(name=none, score=0) -%}
    {#- a single letter is near to nothing -#}
    {%- for known in declared | map('string') if name | length + known | length > 2 -%}
        {%- set shared = namespace(pairs=0) -%}
        {%- for at in range(name | length - 1) if name[at:at + 2] in known -%}{%- set shared.pairs = shared.pairs + 1 -%}{%- endfor -%}
        {%- set score = 2 * shared.pairs / (name | length + known | length - 2) -%}
        {%- if score > best.score -%}{%- set best.score = score -%}{%- set best.name = known -%}{%- endif -%}
    {%- endfor -%}
    {{ return(" Did you mean '" ~ best.name ~ "'?" if best.score > 0.5 else "") }}
{%- endmacro %}

{% macro is_of_kind(value, kind) -%}
    {%- set name = kind.split(':')[0].split(' ')[0] -%}
    {%- set listed = kind.split(': ')[1].split(' ') if ': ' in kind else [] -%}
    {%- set is_number = value is number and value is not boolean -%}
    {%- set is_list = value is sequence and value is not string and value is not mapping -%}
    {%- if kind.startswith('one of') -%}
        {{ return(value in listed) }}
    {%- elif name == 'instant' -%}
        {#- the instant of the decision has a check and a message of its own -#}
        {{ return(modules.re.match("^[0-9TZ :.-]+$", value | string) is not none) }}
    {%- elif name == 'text' -%}
        {{ return(value is string) }}
    {%- elif name == 'connections' -%}
        {#- what each of them says has checks and messages of its own -#}
        {{ return(is_list) }}
    {%- elif name == 'word' -%}
        {{ return(value is string and modules.re.match('^[A-Za-z0-9._/+-]*$', value) is not none) }}
    {%- elif name == 'title' -%}
        {{ return(value is string and modules.re.match('^[^{}"\'\\\\]*$', value) is not none) }}
    {%- elif name == 'flag' -%}
        {{ return(value is boolean) }}
    {%- elif name == 'count' -%}
        {%- set bounds = kind.split(' ')[1:] -%}
        {{ return(is_number and value == value | int and value >= bounds[0] | int and (bounds | length < 2 or value <= bounds[1] | int)) }}
    {%- elif name == 'share' -%}
        {%- set most = kind.split(' ')[1] | float if ' ' in kind else 1 -%}
        {{ return(is_number and value >= 0 and value <= most) }}
    {%- elif name == 'number' -%}
        {{ return(is_number and value >= 0) }}
    {%- elif name == 'kept' -%}
        {%- set wrong = [] -%}
        {%- for table, days in (value if value is mapping else {}).items() -%}
            {%- if table not in post_purchase_gate.contract_tables() or not post_purchase_gate.raw_contract(table).config.meta.times or not post_purchase_gate.is_of_kind(days, 'count 1') -%}{%- do wrong.append(table) -%}{%- endif -%}
        {%- endfor -%}
        {{ return(value is mapping and not wrong) }}
    {%- elif name == 'encodings' -%}
        {%- set wrong = [] -%}
        {%- for table, encoding in (value if value is mapping else {}).items() if table not in post_purchase_gate.contract_tables() or encoding not in listed -%}
            {%- do wrong.append(table) -%}
        {%- endfor -%}
        {{ return(value is mapping and not wrong) }}
    {%- elif name in ['words', 'counts', 'days', 'shares'] -%}
        {%- set wrong = [] -%}
        {%- for one in (value if is_list else []) -%}
            {%- if not post_purchase_gate.is_of_kind(one, {'words': 'word', 'counts': 'count 1', 'days': 'count 0', 'shares': 'share'}[name]) or (listed and one not in listed) -%}
                {%- do wrong.append(one) -%}
            {%- endif -%}
        {%- endfor -%}
        {{ return(is_list and not wrong) }}
    {%- endif -%}
{%- endmacro %}

{% macro kind_in_words(kind) -%}
    {%- set name = kind.split(':')[0].split(' ')[0] -%}
    {%- set bounds = kind.split(' ')[1:] -%}
    {%- if kind.startswith('one of') -%}
        {{ return(kind.split(': ')[1].split(' ') | join(' or ')) }}
    {%- elif name == 'count' -%}
        {{ return("a whole number, " ~ bounds[0] ~ (" to " ~ bounds[1] if bounds | length > 1 else " or more")) }}
    {%- elif name == 'share' and bounds -%}
        {{ return("a number from 0 to " ~ bounds[0]) }}
    {%- elif name == 'words' and ': ' in kind -%}
        {{ return("a list of " ~ kind.split(': ')[1].split(' ') | join(', ')) }}
    {%- else -%}
        {{ return({
            'instant': "a UTC instant, 'YYYY-MM-DD HH:MM:SS'", 'text': 'a text', 'word': 'a word of letters, digits and . _ / + -',
            'flag': 'true or false, without quotes', 'share': 'a number from 0 to 1', 'number': 'a number, 0 or more',
            'words': 'a list of words', 'counts': 'a list of whole numbers above 0', 'days': 'a list of whole numbers, 0 or more',
            'shares': 'a list of numbers from 0 to 1',
            'kept': 'tables whose rows have a time, and the days that each keeps, such as {site_events: 90}',
            'encodings': 'tables and how their CSV files are encoded, such as {tickets: latin-1}: utf-8, utf-16 or latin-1',
            'title': 'a name without quotes, braces or a backslash',
            'connections': 'a list of connections, such as [{connector: shopify, store: us, schema: shopify_us}]',
        }[name]) }}
    {%- endif -%}
{%- endmacro %}
