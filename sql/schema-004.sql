-- Bodies of records may be packed from here on, as blobs (lib/store/body.h). No table changes; the
-- version does, so that an older slad refuses a log that it could not read.
SELECT 1;
