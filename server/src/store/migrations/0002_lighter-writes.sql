-- Nothing looks for checks by extension, and without this index an answer changes no index at all.
drop index checks_extension_id_idx;

-- Nonces are only ever deleted by age, and come in that order.
drop index nonces_expires_at_idx;
create index nonces_expires_at on nonces using brin (expires_at) with (autosummarize = on);
