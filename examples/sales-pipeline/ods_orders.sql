-- Ingests the file of the day as it is, every value as text.
create table if not exists ods_orders (ds varchar, order_id varchar, customer varchar, city varchar, category varchar, amount varchar, ordered_at varchar);
delete from ods_orders where ds = '${bizdate}';
insert into ods_orders
select '${bizdate}', order_id, customer, city, category, amount, ordered_at
from read_csv('files/orders_${bizdate}.csv', header = true, all_varchar = true);
