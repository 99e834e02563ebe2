-- The touched orders and all that belongs to them leave the mirror.
delete from orders where id in (select id from touched);

delete from order_lines where order_id in (select id from touched);

delete from payments where order_id in (select id from touched);

delete from refunds where order_id in (select id from touched);
