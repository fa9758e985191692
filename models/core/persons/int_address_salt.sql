-- What addresses were hashed with in this build: whoever asks about an address (post-purchase may-send) hashes it alike.
select cast('{{ post_purchase_gate.sql_text(post_purchase_gate.address_salt()) }}' as {{ dbt.type_string() }}) as salt
