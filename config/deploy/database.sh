#!/bin/bash
# Make the database, its owner and the two logins, as a superuser of PostgreSQL: `database.sh FOLDER-OF-SECRETS`.
#
# Safe to say again: what is there stays, and each login has the password that its secret says. The owner makes tables
# and is used by `migrate` alone; what the others may do is written into the database by the migrations.
set -euo pipefail
place=${1:-/run/secrets}

password_of() { sed -E 's#^[a-z]+://[^:]+:([^@]+)@.*#\1#' "$place/$1_database_url"; }

psql() { command psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$@"; }

# Passwords go in by standard input: what stands on a command line is read by everybody on the machine.
role() { # name, options, file of its password
    psql --dbname postgres <<SQL
SET log_statement = 'none';
DO \$\$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$1') THEN CREATE ROLE $1; END IF;
END \$\$;
ALTER ROLE $1 $2 NOSUPERUSER NOCREATEDB NOBYPASSRLS NOREPLICATION ${3:+PASSWORD '$(password_of "$3")'};
SQL
}

role doorway "LOGIN CREATEROLE" owner
role doorway_app NOLOGIN
role doorway_worker NOLOGIN
if [ -e "$place/web_database_url" ]; then
    role doorway_web LOGIN web
    role doorway_work LOGIN work
    psql --dbname postgres --command "GRANT doorway_app TO doorway_web; GRANT doorway_worker TO doorway_work;"
fi
psql --dbname postgres --command "GRANT doorway_app TO doorway_worker; GRANT doorway_worker TO doorway WITH ADMIN OPTION;" \
    --command "GRANT doorway_app TO doorway WITH ADMIN OPTION;"
if [ -z "$(psql --dbname postgres --tuples-only --no-align --command "SELECT 1 FROM pg_database WHERE datname = 'doorway'")" ]; then
    psql --dbname postgres --command "CREATE DATABASE doorway OWNER doorway ENCODING 'UTF8' TEMPLATE template0 LOCALE 'C.UTF-8'"
fi
