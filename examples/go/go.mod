module example.com/protected-api

go 1.19
