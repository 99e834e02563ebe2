-- The stock items staged leave the mirror, to come back as they are now.
delete from stock_items where id in (select id from staged_stock_items);
